using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// Long short-term memory with forget gate (Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000), as PyTorch's nn.LSTM:
/// i, f, o = sigmoid, g = tanh of W x + U h + b; c' = f c + i g; h = o tanh(c').
/// </summary>
/// <remarks>Forward leaves i, f, g, o in place of their arguments and saves tanh(c').</remarks>
internal readonly unsafe struct LstmCell : ICell
{
    /// <inheritdoc/>
    public static int GateCount => 4;

    /// <inheritdoc/>
    public static bool HasState => true;

    /// <inheritdoc/>
    public static string ModuleName => "lstm";

    /// <inheritdoc/>
    public static int? ForgetGate => 1;

    /// <inheritdoc/>
    public static Equations Equations(in EquationStep step)
    {
        Node i = step.Gate(0).Sigmoid();
        Node f = step.Gate(1).Sigmoid();
        Node g = step.Gate(2).Tanh();
        Node o = step.Gate(3).Sigmoid();
        Node c = (f * step.State) + (i * g);
        return new Equations(o * c.Tanh(), c);
    }

    /// <inheritdoc/>
    public static void Forward<TSimd, TVector>(in CellForward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* gateI = step.Gates;
        float* gateF = gateI + step.GateStride;
        float* gateG = gateF + step.GateStride;
        float* gateO = gateG + step.GateStride;
        float* previousState = step.PreviousState;
        float* state = step.State;
        float* output = step.Output;
        float* saved = step.Saved;
        nint count = step.Count;
        for (nint n = 0; n < count; n += TSimd.Width)
        {
            TVector i = VectorMath<TSimd, TVector>.Sigmoid(TSimd.Load(gateI + n));
            TSimd.Store(gateI + n, i);
            TVector g = VectorMath<TSimd, TVector>.Tanh(TSimd.Load(gateG + n));
            TSimd.Store(gateG + n, g);
            TVector f = VectorMath<TSimd, TVector>.Sigmoid(TSimd.Load(gateF + n));
            TSimd.Store(gateF + n, f);
            TVector c = TSimd.FusedMultiplyAdd(f, TSimd.Load(previousState + n), TSimd.Multiply(i, g));
            TSimd.Store(state + n, c);
            TVector o = VectorMath<TSimd, TVector>.Sigmoid(TSimd.Load(gateO + n));
            TSimd.Store(gateO + n, o);
            TVector tanhC = VectorMath<TSimd, TVector>.Tanh(c);
            TSimd.Store(saved + n, tanhC);
            TSimd.Store(output + n, TSimd.Multiply(o, tanhC));
        }
    }

    /// <inheritdoc/>
    public static void Backward<TSimd, TVector>(in CellBackward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* gateI = step.Gates;
        float* gateF = gateI + step.GateStride;
        float* gateG = gateF + step.GateStride;
        float* gateO = gateG + step.GateStride;
        float* previousState = step.PreviousState;
        float* saved = step.Saved;
        float* dOutput = step.DOutput;
        float* dState = step.DState;
        nint count = step.Count;
        TVector one = TSimd.Broadcast(1f);
        for (nint n = 0; n < count; n += TSimd.Width)
        {
            TVector i = TSimd.Load(gateI + n);
            TVector f = TSimd.Load(gateF + n);
            TVector g = TSimd.Load(gateG + n);
            TVector o = TSimd.Load(gateO + n);
            TVector tanhC = TSimd.Load(saved + n);
            TVector dh = TinyValues.Flush<TSimd, TVector>(TSimd.Load(dOutput + n), TinyValues.ActivationGradient);

            // dc = dc from t+1 + dh o (1 - tanh^2 c); do = dh tanh c.
            TVector slope = TSimd.Subtract(one, TSimd.Multiply(tanhC, tanhC));
            TVector dc = TSimd.FusedMultiplyAdd(TSimd.Multiply(dh, o), slope, TSimd.Load(dState + n));
            dc = TinyValues.Flush<TSimd, TVector>(dc, TinyValues.ActivationGradient);
            TVector dO = TSimd.Multiply(dh, tanhC);

            // Slopes of the gates: sigmoid' = s (1 - s), tanh' = 1 - t^2.
            TSimd.Store(gateO + n, TSimd.Multiply(dO, TSimd.Multiply(o, TSimd.Subtract(one, o))));
            TSimd.Store(gateI + n, TSimd.Multiply(
                TSimd.Multiply(dc, g), TSimd.Multiply(i, TSimd.Subtract(one, i))));
            TSimd.Store(gateG + n, TSimd.Multiply(
                TSimd.Multiply(dc, i), TSimd.Subtract(one, TSimd.Multiply(g, g))));
            TSimd.Store(gateF + n, TSimd.Multiply(
                TSimd.Multiply(dc, TSimd.Load(previousState + n)), TSimd.Multiply(f, TSimd.Subtract(one, f))));
            TSimd.Store(dState + n, TSimd.Multiply(dc, f));
        }
    }
}
