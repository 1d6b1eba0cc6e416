using System.Runtime.CompilerServices;
using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// Grid LSTM of two dimensions (Kalchbrenner, Danihelka and Graves 2015, "Grid Long Short-Term Memory"): two LSTMs read
/// the same x, the output of the layer below, and h', the output of the step before. One has its state c along time
/// and gives h to the next step, the other has its state m along depth and gives what the layer above reads.
/// </summary>
/// <remarks>
/// Gates come in the order i, f, g, o of time, then i, f, g, o of depth. m of the lowest layer's input is 0. Forward
/// leaves the gates in place of their arguments and saves tanh(c); tanh(m) is computed again.
/// </remarks>
internal readonly unsafe struct GridLstmCell : ICell
{
    private const int GatesOfOne = 4;

    /// <inheritdoc/>
    public static int GateCount => 2 * GatesOfOne;

    /// <inheritdoc/>
    public static bool HasState => true;

    /// <inheritdoc/>
    public static bool HasDepthState => true;

    /// <inheritdoc/>
    public static bool HasDepthOutput => true;

    /// <inheritdoc/>
    public static string ModuleName => "lstm";

    /// <summary>That of time.</summary>
    public static int? ForgetGate => 1;

    /// <inheritdoc/>
    public static Equations Equations(in EquationStep step)
    {
        EquationStep s = step;
        (Node h, Node c) = Lstm(0, s.State);
        (Node above, Node m) = Lstm(GatesOfOne, s.Below);
        return new Equations(h, c) { DepthOutput = above, DepthState = m };

        (Node Output, Node State) Lstm(int first, Node before)
        {
            Node state = (s.Gate(first + 1).Sigmoid() * before) + (s.Gate(first).Sigmoid() * s.Gate(first + 2).Tanh());
            return (s.Gate(first + 3).Sigmoid() * state.Tanh(), state);
        }
    }

    /// <inheritdoc/>
    public static void Forward<TSimd, TVector>(in CellForward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* time = step.Gates;
        float* depth = time + GatesOfOne * step.GateStride;
        for (nint n = 0; n < step.Count; n += TSimd.Width)
        {
            TVector y = Lstm<TSimd, TVector>(time + n, step.GateStride, step.PreviousState + n, step.State + n, step.Output + n);
            TSimd.Store(step.Saved + n, y);
            Lstm<TSimd, TVector>(depth + n, step.GateStride, step.Below + n, step.DepthState + n, step.DepthOutput + n);
        }
    }

    /// <inheritdoc/>
    public static void Backward<TSimd, TVector>(in CellBackward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* time = step.Gates;
        float* depth = time + GatesOfOne * step.GateStride;
        for (nint n = 0; n < step.Count; n += TSimd.Width)
        {
            LstmBack<TSimd, TVector>(
                time + n, step.GateStride, step.PreviousState + n, TSimd.Load(step.Saved + n), step.DOutput + n,
                step.DState + n, step.DState + n);
            TVector y = VectorMath<TSimd, TVector>.Tanh(TSimd.Load(step.DepthState + n));
            LstmBack<TSimd, TVector>(
                depth + n, step.GateStride, step.Below + n, y, step.DDepthOutput + n, step.DDepthState + n, step.DBelow + n);
        }
    }

    /// <summary>One of the two; gives tanh of the state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Lstm<TSimd, TVector>(float* gates, nint stride, float* before, float* state, float* output)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector i = VectorMath<TSimd, TVector>.Sigmoid(TSimd.Load(gates));
        TVector f = VectorMath<TSimd, TVector>.Sigmoid(TSimd.Load(gates + stride));
        TVector g = VectorMath<TSimd, TVector>.Tanh(TSimd.Load(gates + 2 * stride));
        TVector o = VectorMath<TSimd, TVector>.Sigmoid(TSimd.Load(gates + 3 * stride));
        TVector c = TSimd.FusedMultiplyAdd(f, TSimd.Load(before), TSimd.Multiply(i, g));
        TVector y = VectorMath<TSimd, TVector>.Tanh(c);
        TSimd.Store(gates, i);
        TSimd.Store(gates + stride, f);
        TSimd.Store(gates + 2 * stride, g);
        TSimd.Store(gates + 3 * stride, o);
        TSimd.Store(state, c);
        TSimd.Store(output, TSimd.Multiply(o, y));
        return y;
    }

    /// <summary>Gradients of one's arguments, and of the state before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LstmBack<TSimd, TVector>(
        float* gates, nint stride, float* before, TVector y, float* dOutput, float* dState, float* dBefore)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector one = TSimd.Broadcast(1f);
        TVector i = TSimd.Load(gates);
        TVector f = TSimd.Load(gates + stride);
        TVector g = TSimd.Load(gates + 2 * stride);
        TVector o = TSimd.Load(gates + 3 * stride);
        TVector dh = TinyValues.Flush<TSimd, TVector>(TSimd.Load(dOutput), TinyValues.ActivationGradient);
        TVector dc = TSimd.FusedMultiplyAdd(
            TSimd.Multiply(dh, o), TSimd.Subtract(one, TSimd.Multiply(y, y)), TSimd.Load(dState));
        dc = TinyValues.Flush<TSimd, TVector>(dc, TinyValues.ActivationGradient);
        TSimd.Store(gates, TSimd.Multiply(TSimd.Multiply(dc, g), TSimd.Multiply(i, TSimd.Subtract(one, i))));
        TSimd.Store(gates + stride, TSimd.Multiply(
            TSimd.Multiply(dc, TSimd.Load(before)), TSimd.Multiply(f, TSimd.Subtract(one, f))));
        TSimd.Store(gates + 2 * stride, TSimd.Multiply(TSimd.Multiply(dc, i), TSimd.Subtract(one, TSimd.Multiply(g, g))));
        TSimd.Store(gates + 3 * stride, TSimd.Multiply(TSimd.Multiply(dh, y), TSimd.Multiply(o, TSimd.Subtract(one, o))));
        TSimd.Store(dBefore, TSimd.Multiply(dc, f));
    }
}
