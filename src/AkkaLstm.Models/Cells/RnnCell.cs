using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// The simple recurrent network (Elman 1990, "Finding Structure in Time"), as PyTorch's nn.RNN: h = f(W x + b + U h'
/// + b'), with f tanh or max(x, 0).
/// </summary>
/// <typeparam name="TActivation">f.</typeparam>
/// <remarks>Forward leaves h in place of its argument.</remarks>
internal readonly unsafe struct RnnCell<TActivation> : ICell
    where TActivation : struct, IActivation
{
    /// <inheritdoc/>
    public static int GateCount => 1;

    /// <inheritdoc/>
    public static bool HasState => false;

    /// <inheritdoc/>
    public static string ModuleName => "rnn";

    /// <inheritdoc/>
    public static Equations Equations(in EquationStep step) => new(TActivation.Apply(step.Gate(0)));

    /// <inheritdoc/>
    public static void Forward<TSimd, TVector>(in CellForward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* gate = step.Gates;
        float* output = step.Output;
        for (nint n = 0; n < step.Count; n += TSimd.Width)
        {
            TVector h = TActivation.Apply<TSimd, TVector>(TSimd.Load(gate + n));
            TSimd.Store(gate + n, h);
            TSimd.Store(output + n, h);
        }
    }

    /// <inheritdoc/>
    public static void Backward<TSimd, TVector>(in CellBackward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* gate = step.Gates;
        float* dOutput = step.DOutput;
        for (nint n = 0; n < step.Count; n += TSimd.Width)
        {
            TVector dh = TinyValues.Flush<TSimd, TVector>(TSimd.Load(dOutput + n), TinyValues.ActivationGradient);
            TSimd.Store(gate + n, TActivation.Slope<TSimd, TVector>(TSimd.Load(gate + n), dh));
        }
    }
}
