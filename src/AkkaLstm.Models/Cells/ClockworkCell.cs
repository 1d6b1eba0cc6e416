using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// Clockwork network (Koutnik, Greff, Gomez and Schmidhuber 2014, "A Clockwork RNN"): the units fall into M modules
/// with periods of 1, 2, 4, ... steps. A unit whose turn it is has h = tanh(W x + b + U h' + b'), the others keep h';
/// a unit sees those of its own module and of slower ones.
/// </summary>
/// <remarks>
/// The state is the unit's clock: the steps since its turn, 0 when it is due, so that the phase is carried from
/// window to window and starts anew where a lane does. Lanes may differ in phase, so products are computed whole; the
/// paper's saving of work is not had. Forward leaves the hyperbolic tangent in place of its argument.
/// </remarks>
internal readonly unsafe struct ClockworkCell : ICell
{
    /// <inheritdoc/>
    public static int GateCount => 1;

    /// <inheritdoc/>
    public static bool HasState => true;

    /// <inheritdoc/>
    public static string ModuleName => "rnn";

    /// <inheritdoc/>
    public static bool HasPartialRecurrence => true;

    /// <summary>The period of a unit's module; 1 for padding, whose clock so stands at 0.</summary>
    public static Func<RecurrentShape, int, float>? UnitConstant { get; } =
        (shape, unit) => unit < shape.HiddenSize ? 1 << Module(shape, unit) : 1;

    /// <inheritdoc/>
    public static bool IsConnected(RecurrentShape shape, int unit, int from) => Module(shape, from) >= Module(shape, unit);

    /// <inheritdoc/>
    public static Equations Equations(in EquationStep step)
    {
        EquationStep s = step;
        double[] clock = s.State.Value;
        Node fresh = s.Gate(0).Tanh();
        Node h = fresh.Scale(unit => clock[unit] <= 0 ? 1 : 0) + s.Output.Scale(unit => clock[unit] <= 0 ? 0 : 1);
        return new Equations(h, s.Constant(unit => clock[unit] + 1 < UnitConstant!(s.Shape, unit) ? clock[unit] + 1 : 0));
    }

    /// <inheritdoc/>
    public static void Forward<TSimd, TVector>(in CellForward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* gate = step.Gates;
        float* previousOutput = step.PreviousOutput;
        float* previousState = step.PreviousState;
        float* output = step.Output;
        float* state = step.State;
        float* periods = step.Constants;
        nint count = step.Count;
        TVector zero = TSimd.Broadcast(0f);
        TVector one = TSimd.Broadcast(1f);
        for (nint n = 0; n < count; n += TSimd.Width)
        {
            TVector y = VectorMath<TSimd, TVector>.Tanh(TSimd.Load(gate + n));
            TSimd.Store(gate + n, y);
            TVector clock = TSimd.Load(previousState + n);
            TVector waits = TSimd.LessThan(zero, clock);
            TSimd.Store(output + n, TSimd.Select(waits, TSimd.Load(previousOutput + n), y));
            TVector next = TSimd.Add(clock, one);
            TVector period = TSimd.Load(periods + (n & (Activations.BlockColumns - 1)));
            TSimd.Store(state + n, TSimd.And(next, TSimd.LessThan(next, period)));
        }
    }

    /// <inheritdoc/>
    public static void Backward<TSimd, TVector>(in CellBackward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* gate = step.Gates;
        float* previousState = step.PreviousState;
        float* dOutput = step.DOutput;

        // What a unit that waits hands back goes to its old output; nothing flows through clocks.
        float* dKept = step.DState;
        nint count = step.Count;
        TVector zero = TSimd.Broadcast(0f);
        TVector one = TSimd.Broadcast(1f);
        for (nint n = 0; n < count; n += TSimd.Width)
        {
            TVector y = TSimd.Load(gate + n);
            TVector waits = TSimd.LessThan(zero, TSimd.Load(previousState + n));
            TVector dh = TSimd.Add(TSimd.Load(dOutput + n), TSimd.Load(dKept + n));
            dh = TinyValues.Flush<TSimd, TVector>(dh, TinyValues.ActivationGradient);
            TVector dArgument = TSimd.Multiply(dh, TSimd.Subtract(one, TSimd.Multiply(y, y)));
            TSimd.Store(gate + n, TSimd.Select(waits, zero, dArgument));
            TSimd.Store(dKept + n, TSimd.And(waits, dh));
        }
    }

    /// <summary>Modules in the order of their periods, as nearly equal in size as can be.</summary>
    private static int Module(RecurrentShape shape, int unit) => (int)((long)unit * shape.ModuleCount / shape.HiddenSize);
}
