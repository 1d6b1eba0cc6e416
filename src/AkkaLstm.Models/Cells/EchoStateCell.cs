using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// The reservoir of an echo state network (Jaeger 2001, "The 'Echo State' Approach to Analysing and Training Recurrent
/// Neural Networks"): h = tanh(W x + b + U h' + b') with parameters that stay as they start, U with a set spectral
/// radius. Only what reads it out is learned.
/// </summary>
internal readonly struct EchoStateCell : ICell
{
    /// <inheritdoc/>
    public static int GateCount => 1;

    /// <inheritdoc/>
    public static bool HasState => false;

    /// <inheritdoc/>
    public static string ModuleName => "rnn";

    /// <inheritdoc/>
    public static bool IsFixed => true;

    /// <inheritdoc/>
    public static Equations Equations(in EquationStep step) => RnnCell<TanhActivation>.Equations(step);

    /// <inheritdoc/>
    public static void Forward<TSimd, TVector>(in CellForward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => RnnCell<TanhActivation>.Forward<TSimd, TVector>(step);

    /// <inheritdoc/>
    public static void Backward<TSimd, TVector>(in CellBackward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => RnnCell<TanhActivation>.Backward<TSimd, TVector>(step);
}
