using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// Gated recurrent unit (Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder"), as PyTorch's
/// nn.GRU, where the reset gate acts on the recurrent product instead of its operand: r, z = sigmoid(W x + b + U h' +
/// b'); n = tanh(W x + b + r (U h' + b')); h = (1 - z) n + z h'.
/// </summary>
/// <remarks>Forward leaves r, z, n in place of their arguments and U h' + b' of n in the recurrent part.</remarks>
internal readonly unsafe struct GruCell : ICell
{
    /// <inheritdoc/>
    public static int GateCount => 3;

    /// <inheritdoc/>
    public static bool HasState => false;

    /// <inheritdoc/>
    public static bool SplitsRecurrent => true;

    /// <inheritdoc/>
    public static string ModuleName => "gru";

    /// <inheritdoc/>
    public static Equations Equations(in EquationStep step)
    {
        Node r = step.Gate(0).Sigmoid();
        Node z = step.Gate(1).Sigmoid();
        Node n = (step.Input(2) + (r * step.Recurrent(2))).Tanh();
        return new Equations(((1 - z) * n) + (z * step.Output));
    }

    /// <inheritdoc/>
    public static void Forward<TSimd, TVector>(in CellForward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* gateR = step.Gates;
        float* gateZ = gateR + step.GateStride;
        float* gateN = gateZ + step.GateStride;
        float* recurrentR = step.Recurrent;
        float* recurrentZ = recurrentR + step.GateStride;
        float* recurrentN = recurrentZ + step.GateStride;
        float* previousOutput = step.PreviousOutput;
        float* output = step.Output;
        nint count = step.Count;
        for (nint k = 0; k < count; k += TSimd.Width)
        {
            TVector r = VectorMath<TSimd, TVector>.Sigmoid(TSimd.Add(TSimd.Load(gateR + k), TSimd.Load(recurrentR + k)));
            TSimd.Store(gateR + k, r);
            TVector n = VectorMath<TSimd, TVector>.Tanh(
                TSimd.FusedMultiplyAdd(r, TSimd.Load(recurrentN + k), TSimd.Load(gateN + k)));
            TSimd.Store(gateN + k, n);
            TVector z = VectorMath<TSimd, TVector>.Sigmoid(TSimd.Add(TSimd.Load(gateZ + k), TSimd.Load(recurrentZ + k)));
            TSimd.Store(gateZ + k, z);
            TSimd.Store(output + k, TSimd.FusedMultiplyAdd(z, TSimd.Subtract(TSimd.Load(previousOutput + k), n), n));
        }
    }

    /// <inheritdoc/>
    public static void Backward<TSimd, TVector>(in CellBackward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* gateR = step.Gates;
        float* gateZ = gateR + step.GateStride;
        float* gateN = gateZ + step.GateStride;
        float* recurrentR = step.Recurrent;
        float* recurrentZ = recurrentR + step.GateStride;
        float* recurrentN = recurrentZ + step.GateStride;
        float* previousOutput = step.PreviousOutput;
        float* dOutput = step.DOutput;
        float* dState = step.DState;
        nint count = step.Count;
        TVector one = TSimd.Broadcast(1f);
        for (nint k = 0; k < count; k += TSimd.Width)
        {
            TVector r = TSimd.Load(gateR + k);
            TVector z = TSimd.Load(gateZ + k);
            TVector n = TSimd.Load(gateN + k);
            TVector dh = TSimd.Add(TSimd.Load(dOutput + k), TSimd.Load(dState + k));
            dh = TinyValues.Flush<TSimd, TVector>(dh, TinyValues.ActivationGradient);

            // By the arguments: n = tanh(..), h = n + z (h' - n), and r stands before U h' + b'.
            TVector keep = TSimd.Multiply(dh, z);
            TVector dN = TSimd.Multiply(TSimd.Subtract(dh, keep), TSimd.Subtract(one, TSimd.Multiply(n, n)));
            TVector dZ = TSimd.Multiply(
                TSimd.Multiply(dh, TSimd.Subtract(TSimd.Load(previousOutput + k), n)), TSimd.Multiply(z, TSimd.Subtract(one, z)));
            TVector dR = TSimd.Multiply(
                TSimd.Multiply(dN, TSimd.Load(recurrentN + k)), TSimd.Multiply(r, TSimd.Subtract(one, r)));
            TSimd.Store(gateN + k, dN);
            TSimd.Store(recurrentN + k, TSimd.Multiply(dN, r));
            TSimd.Store(gateZ + k, dZ);
            TSimd.Store(recurrentZ + k, dZ);
            TSimd.Store(gateR + k, dR);
            TSimd.Store(recurrentR + k, dR);
            TSimd.Store(dState + k, keep);
        }
    }
}
