using System.Runtime.CompilerServices;
using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers, Schmidhuber and Cummins 2000,
/// "Learning to Forget") and, by what the variant leaves out or adds, its relatives. Complete, without peepholes, it
/// is PyTorch's nn.LSTM: i, f, o = sigmoid, g = tanh of W x + U h' + b; c = f c' + i g; h = o tanh(c).
/// </summary>
/// <typeparam name="TVariant">What is different; constants to the compiler, so that nothing is paid for what is not
/// there.</typeparam>
/// <remarks>
/// Gates come in the order i, f, g, o without those that the variant lacks. Forward leaves them in place of their
/// arguments and saves tanh(c).
/// </remarks>
internal readonly unsafe struct LstmCell<TVariant> : ICell
    where TVariant : struct, ILstmVariant
{
    private static int F => TVariant.HasInputGate ? 1 : 0;

    private static int G => F + (TVariant.HasForgetGate ? 1 : 0);

    private static int O => G + 1;

    /// <inheritdoc/>
    public static int GateCount => O + (TVariant.HasOutputGate ? 1 : 0);

    /// <inheritdoc/>
    public static bool HasState => true;

    /// <inheritdoc/>
    public static string ModuleName => "lstm";

    /// <inheritdoc/>
    public static int? ForgetGate => TVariant.HasForgetGate ? F : null;

    /// <inheritdoc/>
    public static int RecurringGateCount => TVariant.HasGateRecurrence ? RecurringWeights.Count : 0;

    /// <inheritdoc/>
    public static int? InputGate => TVariant.HasInputGate ? 0 : null;

    /// <summary>The peepholes of i, f and o as far as there are such gates, in this order.</summary>
    public static IReadOnlyList<UnitTensor> UnitTensors =>
        TVariant.HasPeepholes ? [new UnitTensor("weight_peephole", GateCount - 1)] : [];

    // The gates' peepholes have their order, g left out.
    private static int PeepholeO => O - 1;

    /// <inheritdoc/>
    public static Equations Equations(in EquationStep step)
    {
        EquationStep s = step;
        Node? i = TVariant.HasInputGate ? Argument(0, 0, s.State).Sigmoid() : null;
        Node? f = TVariant.HasForgetGate ? Argument(F, F, s.State).Sigmoid() : TVariant.IsCoupled ? 1 - i! : null;
        Node g = TVariant.HasInputActivation ? s.Gate(G).Tanh() : s.Gate(G);
        Node kept = f is null ? s.State : f * s.State;
        Node c = kept + (i is null ? g : i * g);
        Node y = TVariant.HasOutputActivation ? c.Tanh() : c;
        Node? o = TVariant.HasOutputGate ? Argument(O, PeepholeO, c).Sigmoid() : null;
        return new Equations(o is null ? y : o * y, c)
        {
            RecurringGates = TVariant.HasGateRecurrence ? i!.Beside(f!).Beside(o!) : null,
        };

        Node Argument(int gate, int peephole, Node state) =>
            TVariant.HasPeepholes ? Seen(gate, peephole) + (s.Unit(peephole) * state) : s.Gate(gate);

        Node Seen(int gate, int seen) =>
            TVariant.HasGateRecurrence ? s.Gate(gate) + s.RecurringGates(seen) : s.Gate(gate);
    }

    /// <inheritdoc/>
    public static void Forward<TSimd, TVector>(in CellForward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* gateI = step.Gates;
        float* gateF = step.Gates + F * step.GateStride;
        float* gateG = step.Gates + G * step.GateStride;
        float* gateO = step.Gates + O * step.GateStride;
        float* previousState = step.PreviousState;
        float* state = step.State;
        float* output = step.Output;
        float* saved = step.Saved;
        float* units = step.Units;
        float* recurring = step.RecurringGates;
        nint gateStride = step.GateStride;
        nint count = step.Count;
        TVector one = TSimd.Broadcast(1f);
        for (nint n = 0; n < count; n += TSimd.Width)
        {
            TVector previous = TSimd.Load(previousState + n);
            TVector i = one;
            if (TVariant.HasInputGate)
            {
                i = Gate<TSimd, TVector>(gateI + n, units, 0, n, previous);
                TSimd.Store(gateI + n, i);
                if (TVariant.HasGateRecurrence)
                    TSimd.Store(recurring + n, i);
            }

            TVector g = TSimd.Load(gateG + n);
            if (TVariant.HasInputActivation)
            {
                g = VectorMath<TSimd, TVector>.Tanh(g);
                TSimd.Store(gateG + n, g);
            }

            TVector c;
            if (TVariant.HasForgetGate)
            {
                TVector f = Gate<TSimd, TVector>(gateF + n, units, F, n, previous);
                TSimd.Store(gateF + n, f);
                if (TVariant.HasGateRecurrence)
                    TSimd.Store(recurring + F * gateStride + n, f);
                c = TSimd.FusedMultiplyAdd(f, previous, TVariant.HasInputGate ? TSimd.Multiply(i, g) : g);
            }
            else if (TVariant.IsCoupled)
            {
                c = TSimd.FusedMultiplyAdd(TSimd.Subtract(one, i), previous, TSimd.Multiply(i, g));
            }
            else
            {
                c = TSimd.FusedMultiplyAdd(i, g, previous);
            }

            TSimd.Store(state + n, c);
            TVector o = one;
            if (TVariant.HasOutputGate)
            {
                o = Gate<TSimd, TVector>(gateO + n, units, PeepholeO, n, c);
                TSimd.Store(gateO + n, o);
                if (TVariant.HasGateRecurrence)
                    TSimd.Store(recurring + PeepholeO * gateStride + n, o);
            }

            TVector y = c;
            if (TVariant.HasOutputActivation)
            {
                y = VectorMath<TSimd, TVector>.Tanh(c);
                TSimd.Store(saved + n, y);
            }

            TSimd.Store(output + n, TVariant.HasOutputGate ? TSimd.Multiply(o, y) : y);
        }
    }

    /// <inheritdoc/>
    public static void Backward<TSimd, TVector>(in CellBackward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* gateI = step.Gates;
        float* gateF = step.Gates + F * step.GateStride;
        float* gateG = step.Gates + G * step.GateStride;
        float* gateO = step.Gates + O * step.GateStride;
        float* previousState = step.PreviousState;
        float* state = step.State;
        float* saved = step.Saved;
        float* dOutput = step.DOutput;
        float* dState = step.DState;
        float* units = step.Units;
        float* dUnits = step.DUnits;
        float* dRecurring = step.DRecurringGates;
        nint unitStride = step.GateStride;
        nint count = step.Count;
        TVector one = TSimd.Broadcast(1f);
        for (nint n = 0; n < count; n += TSimd.Width)
        {
            TVector previous = TSimd.Load(previousState + n);
            TVector i = TVariant.HasInputGate ? TSimd.Load(gateI + n) : one;
            TVector g = TSimd.Load(gateG + n);
            TVector dh = TinyValues.Flush<TSimd, TVector>(TSimd.Load(dOutput + n), TinyValues.ActivationGradient);

            // dc = dc from t+1 + dh o (1 - tanh^2 c); do = dh tanh c.
            TVector y = TSimd.Load((TVariant.HasOutputActivation ? saved : state) + n);
            TVector dc = TSimd.Load(dState + n);
            TVector dcByOutput = dh;
            TVector dArgumentO = default;
            if (TVariant.HasOutputGate)
            {
                TVector o = TSimd.Load(gateO + n);
                dcByOutput = TSimd.Multiply(dh, o);
                TVector dO = TSimd.Multiply(dh, y);
                if (TVariant.HasGateRecurrence)
                    dO = Recurring<TSimd, TVector>(dRecurring + PeepholeO * unitStride + n, dO);
                dArgumentO = TSimd.Multiply(dO, TSimd.Multiply(o, TSimd.Subtract(one, o)));
                TSimd.Store(gateO + n, dArgumentO);
            }

            dc = TVariant.HasOutputActivation
                ? TSimd.FusedMultiplyAdd(dcByOutput, TSimd.Subtract(one, TSimd.Multiply(y, y)), dc)
                : TSimd.Add(dcByOutput, dc);
            if (TVariant.HasPeepholes && TVariant.HasOutputGate)
            {
                dc = TSimd.FusedMultiplyAdd(dArgumentO, TSimd.Load(units + Row(PeepholeO, n)), dc);
                float* dUnit = dUnits + PeepholeO * unitStride + n;
                TSimd.Store(dUnit, TSimd.FusedMultiplyAdd(dArgumentO, TSimd.Load(state + n), TSimd.Load(dUnit)));
            }

            dc = TinyValues.Flush<TSimd, TVector>(dc, TinyValues.ActivationGradient);
            TVector dPrevious = dc;
            if (TVariant.HasForgetGate)
            {
                TVector f = TSimd.Load(gateF + n);
                TVector dF = TSimd.Multiply(dc, previous);
                if (TVariant.HasGateRecurrence)
                    dF = Recurring<TSimd, TVector>(dRecurring + F * unitStride + n, dF);
                TVector dArgument = TSimd.Multiply(dF, TSimd.Multiply(f, TSimd.Subtract(one, f)));
                TSimd.Store(gateF + n, dArgument);
                dPrevious = TSimd.Multiply(dc, f);
                if (TVariant.HasPeepholes)
                    dPrevious = Peephole<TSimd, TVector>(units, dUnits + F * unitStride, F, n, dArgument, previous, dPrevious);
            }
            else if (TVariant.IsCoupled)
            {
                dPrevious = TSimd.Multiply(dc, TSimd.Subtract(one, i));
            }

            if (TVariant.HasInputGate)
            {
                TVector byGate = TVariant.IsCoupled ? TSimd.Subtract(g, previous) : g;
                TVector dI = TSimd.Multiply(dc, byGate);
                if (TVariant.HasGateRecurrence)
                    dI = Recurring<TSimd, TVector>(dRecurring + n, dI);
                TVector dArgument = TSimd.Multiply(dI, TSimd.Multiply(i, TSimd.Subtract(one, i)));
                TSimd.Store(gateI + n, dArgument);
                if (TVariant.HasPeepholes)
                    dPrevious = Peephole<TSimd, TVector>(units, dUnits, 0, n, dArgument, previous, dPrevious);
            }

            TVector dg = TVariant.HasInputGate ? TSimd.Multiply(dc, i) : dc;
            if (TVariant.HasInputActivation)
                dg = TSimd.Multiply(dg, TSimd.Subtract(one, TSimd.Multiply(g, g)));
            TSimd.Store(gateG + n, dg);
            TSimd.Store(dState + n, dPrevious);
        }
    }

    /// <summary>Where row p of the units' parameters has the values for elements from n on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Row(int peephole, nint n) => peephole * Activations.BlockColumns + (n & (Activations.BlockColumns - 1));

    /// <summary>sigmoid of the argument, which with peepholes sees the state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Gate<TSimd, TVector>(float* argument, float* units, int peephole, nint n, TVector state)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector a = TSimd.Load(argument);
        if (TVariant.HasPeepholes)
            a = TSimd.FusedMultiplyAdd(TSimd.Load(units + Row(peephole, n)), state, a);
        return VectorMath<TSimd, TVector>.Sigmoid(a);
    }

    /// <summary>The gradient of a gate with what comes from the gates of the step after.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Recurring<TSimd, TVector>(float* after, TVector gradient)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector sum = TSimd.Add(gradient, TSimd.Load(after));
        return TinyValues.Flush<TSimd, TVector>(sum, TinyValues.ActivationGradient);
    }

    /// <summary>The gradient of a peephole that sees c', and what comes back through it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Peephole<TSimd, TVector>(
        float* units, float* dUnits, int peephole, nint n, TVector dArgument, TVector previous, TVector dPrevious)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TSimd.Store(dUnits + n, TSimd.FusedMultiplyAdd(dArgument, previous, TSimd.Load(dUnits + n)));
        return TSimd.FusedMultiplyAdd(dArgument, TSimd.Load(units + Row(peephole, n)), dPrevious);
    }
}
