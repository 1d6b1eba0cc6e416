using System.Runtime.CompilerServices;
using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// LSTM with peepholes whose state also takes in the state of the layer below, through a gate of its own (Yao, Cohn,
/// Vylomova, Duh and Dyer 2015, "Depth-Gated LSTM"): c = f c' + i g + d s, where s is c of the layer below at the same
/// step and d = sigmoid(W x + b + U h' + b' + p c' + q s).
/// </summary>
/// <remarks>
/// Gates come in the order i, f, g, o, d. The paper's d does not see h'; here it does, as the other gates do. The
/// lowest layer has s = 0. Forward leaves the gates in place of their arguments and saves tanh(c).
/// </remarks>
internal readonly unsafe struct DepthGatedLstm : ICell
{
    private const int O = 3;
    private const int D = 4;
    private const int PeepholeO = 2;
    private const int PeepholeD = 3;
    private const int PeepholeBelow = 4;
    private const int Width = Activations.BlockColumns;

    /// <inheritdoc/>
    public static int GateCount => 5;

    /// <inheritdoc/>
    public static bool HasState => true;

    /// <inheritdoc/>
    public static bool HasDepthState => true;

    /// <inheritdoc/>
    public static string ModuleName => "lstm";

    /// <inheritdoc/>
    public static int? ForgetGate => 1;

    /// <summary>What i, f, o and d see of this layer's state, and d of the state below.</summary>
    public static IReadOnlyList<UnitTensor> UnitTensors => [new UnitTensor("weight_peephole", PeepholeBelow + 1)];

    /// <inheritdoc/>
    public static Equations Equations(in EquationStep step)
    {
        EquationStep s = step;
        Node i = (s.Gate(0) + (s.Unit(0) * s.State)).Sigmoid();
        Node f = (s.Gate(1) + (s.Unit(1) * s.State)).Sigmoid();
        Node d = (s.Gate(D) + (s.Unit(PeepholeD) * s.State) + (s.Unit(PeepholeBelow) * s.Below)).Sigmoid();
        Node c = (f * s.State) + (i * s.Gate(2).Tanh()) + (d * s.Below);
        Node o = (s.Gate(O) + (s.Unit(PeepholeO) * c)).Sigmoid();
        return new Equations(o * c.Tanh(), c) { DepthState = c };
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
        float* gateD = gateO + step.GateStride;
        float* previousState = step.PreviousState;
        float* below = step.Below;
        float* state = step.State;
        float* above = step.DepthState;
        float* saved = step.Saved;
        float* output = step.Output;
        float* units = step.Units;
        nint count = step.Count;
        for (nint n = 0; n < count; n += TSimd.Width)
        {
            float* own = units + (n & (Width - 1));
            TVector previous = TSimd.Load(previousState + n);
            TVector lower = TSimd.Load(below + n);
            TVector i = Gate<TSimd, TVector>(TSimd.Load(gateI + n), own, previous);
            TVector f = Gate<TSimd, TVector>(TSimd.Load(gateF + n), own + Width, previous);
            TVector g = VectorMath<TSimd, TVector>.Tanh(TSimd.Load(gateG + n));
            TVector d = Gate<TSimd, TVector>(
                TSimd.FusedMultiplyAdd(TSimd.Load(own + PeepholeBelow * Width), lower, TSimd.Load(gateD + n)),
                own + PeepholeD * Width, previous);
            TVector c = TSimd.FusedMultiplyAdd(d, lower, TSimd.FusedMultiplyAdd(f, previous, TSimd.Multiply(i, g)));
            TVector o = Gate<TSimd, TVector>(TSimd.Load(gateO + n), own + PeepholeO * Width, c);
            TVector y = VectorMath<TSimd, TVector>.Tanh(c);
            TSimd.Store(gateI + n, i);
            TSimd.Store(gateF + n, f);
            TSimd.Store(gateG + n, g);
            TSimd.Store(gateO + n, o);
            TSimd.Store(gateD + n, d);
            TSimd.Store(state + n, c);
            TSimd.Store(above + n, c);
            TSimd.Store(saved + n, y);
            TSimd.Store(output + n, TSimd.Multiply(o, y));
        }
    }

    /// <inheritdoc/>
    public static void Backward<TSimd, TVector>(in CellBackward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        nint stride = step.GateStride;
        float* gateI = step.Gates;
        float* gateF = gateI + stride;
        float* gateG = gateF + stride;
        float* gateO = gateG + stride;
        float* gateD = gateO + stride;
        float* previousState = step.PreviousState;
        float* below = step.Below;
        float* state = step.State;
        float* saved = step.Saved;
        float* dOutput = step.DOutput;
        float* dState = step.DState;
        float* dAbove = step.DDepthState;
        float* dBelow = step.DBelow;
        float* units = step.Units;
        float* dUnits = step.DUnits;
        nint count = step.Count;
        TVector one = TSimd.Broadcast(1f);
        for (nint n = 0; n < count; n += TSimd.Width)
        {
            float* own = units + (n & (Width - 1));
            TVector previous = TSimd.Load(previousState + n);
            TVector lower = TSimd.Load(below + n);
            TVector i = TSimd.Load(gateI + n);
            TVector f = TSimd.Load(gateF + n);
            TVector g = TSimd.Load(gateG + n);
            TVector o = TSimd.Load(gateO + n);
            TVector d = TSimd.Load(gateD + n);
            TVector y = TSimd.Load(saved + n);
            TVector dh = TinyValues.Flush<TSimd, TVector>(TSimd.Load(dOutput + n), TinyValues.ActivationGradient);

            // dc = dc from t+1 + dc from the layer above + dh o (1 - tanh^2 c) + do p.
            TVector dArgumentO = TSimd.Multiply(TSimd.Multiply(dh, y), Slope<TSimd, TVector>(o, one));
            TVector dc = TSimd.Add(TSimd.Load(dState + n), TSimd.Load(dAbove + n));
            dc = TSimd.FusedMultiplyAdd(TSimd.Multiply(dh, o), TSimd.Subtract(one, TSimd.Multiply(y, y)), dc);
            dc = TSimd.FusedMultiplyAdd(dArgumentO, TSimd.Load(own + PeepholeO * Width), dc);
            dc = TinyValues.Flush<TSimd, TVector>(dc, TinyValues.ActivationGradient);

            TVector dArgumentI = TSimd.Multiply(TSimd.Multiply(dc, g), Slope<TSimd, TVector>(i, one));
            TVector dArgumentF = TSimd.Multiply(TSimd.Multiply(dc, previous), Slope<TSimd, TVector>(f, one));
            TVector dArgumentD = TSimd.Multiply(TSimd.Multiply(dc, lower), Slope<TSimd, TVector>(d, one));
            TSimd.Store(gateI + n, dArgumentI);
            TSimd.Store(gateF + n, dArgumentF);
            TSimd.Store(gateG + n, TSimd.Multiply(TSimd.Multiply(dc, i), TSimd.Subtract(one, TSimd.Multiply(g, g))));
            TSimd.Store(gateO + n, dArgumentO);
            TSimd.Store(gateD + n, dArgumentD);

            TVector dPrevious = TSimd.FusedMultiplyAdd(dArgumentI, TSimd.Load(own), TSimd.Multiply(dc, f));
            dPrevious = TSimd.FusedMultiplyAdd(dArgumentF, TSimd.Load(own + Width), dPrevious);
            dPrevious = TSimd.FusedMultiplyAdd(dArgumentD, TSimd.Load(own + PeepholeD * Width), dPrevious);
            TSimd.Store(dState + n, dPrevious);
            TVector dLower = TSimd.FusedMultiplyAdd(
                dArgumentD, TSimd.Load(own + PeepholeBelow * Width), TSimd.Multiply(dc, d));
            TSimd.Store(dBelow + n, TinyValues.Flush<TSimd, TVector>(dLower, TinyValues.ActivationGradient));

            AddProduct<TSimd, TVector>(dUnits + n, dArgumentI, previous);
            AddProduct<TSimd, TVector>(dUnits + stride + n, dArgumentF, previous);
            AddProduct<TSimd, TVector>(dUnits + PeepholeO * stride + n, dArgumentO, TSimd.Load(state + n));
            AddProduct<TSimd, TVector>(dUnits + PeepholeD * stride + n, dArgumentD, previous);
            AddProduct<TSimd, TVector>(dUnits + PeepholeBelow * stride + n, dArgumentD, lower);
        }
    }

    /// <summary>sigmoid(argument + peephole * state).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Gate<TSimd, TVector>(TVector argument, float* peephole, TVector state)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged =>
        VectorMath<TSimd, TVector>.Sigmoid(TSimd.FusedMultiplyAdd(TSimd.Load(peephole), state, argument));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Slope<TSimd, TVector>(TVector y, TVector one)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.Multiply(y, TSimd.Subtract(one, y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProduct<TSimd, TVector>(float* sum, TVector a, TVector b)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.Store(sum, TSimd.FusedMultiplyAdd(a, b, TSimd.Load(sum)));
}
