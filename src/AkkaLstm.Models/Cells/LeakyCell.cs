using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// Leaky units (Mozer 1992, "Induction of Multiscale Temporal Structure"; Bengio, Boulanger-Lewandowski and Pascanu
/// 2013, "Advances in Optimizing Recurrent Networks"): h = (1 - a) h' + a tanh(W x + b + U h' + b'), where each unit
/// learns its own rate a = sigmoid(leak).
/// </summary>
/// <remarks>Forward leaves the hyperbolic tangent in place of its argument.</remarks>
internal readonly unsafe struct LeakyCell : ICell
{
    private const int Width = Activations.BlockColumns;

    /// <inheritdoc/>
    public static int GateCount => 1;

    /// <inheritdoc/>
    public static bool HasState => false;

    /// <inheritdoc/>
    public static string ModuleName => "rnn";

    /// <summary>The leak, from 0 on: half of the old output is kept.</summary>
    public static IReadOnlyList<UnitTensor> UnitTensors => [new UnitTensor("leak", 1, Start: 0)];

    /// <inheritdoc/>
    public static Equations Equations(in EquationStep step)
    {
        Node a = step.Unit(0).Sigmoid();
        return new Equations(((1 - a) * step.Output) + (a * step.Gate(0).Tanh()));
    }

    /// <inheritdoc/>
    public static void Forward<TSimd, TVector>(in CellForward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* gate = step.Gates;
        float* previousOutput = step.PreviousOutput;
        float* output = step.Output;
        nint count = step.Count;
        for (nint column = 0; column < Width; column += TSimd.Width)
        {
            TVector a = VectorMath<TSimd, TVector>.Sigmoid(TSimd.Load(step.Units + column));
            for (nint n = column; n < count; n += Width)
            {
                TVector y = VectorMath<TSimd, TVector>.Tanh(TSimd.Load(gate + n));
                TSimd.Store(gate + n, y);
                TVector previous = TSimd.Load(previousOutput + n);
                TSimd.Store(output + n, TSimd.FusedMultiplyAdd(a, TSimd.Subtract(y, previous), previous));
            }
        }
    }

    /// <inheritdoc/>
    public static void Backward<TSimd, TVector>(in CellBackward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* gate = step.Gates;
        float* previousOutput = step.PreviousOutput;
        float* dOutput = step.DOutput;
        float* dState = step.DState;
        float* dUnits = step.DUnits;
        nint count = step.Count;
        TVector one = TSimd.Broadcast(1f);
        for (nint column = 0; column < Width; column += TSimd.Width)
        {
            TVector a = VectorMath<TSimd, TVector>.Sigmoid(TSimd.Load(step.Units + column));
            TVector keep = TSimd.Subtract(one, a);
            TVector slope = TSimd.Multiply(a, keep);
            for (nint n = column; n < count; n += Width)
            {
                TVector y = TSimd.Load(gate + n);
                TVector dh = TSimd.Add(TSimd.Load(dOutput + n), TSimd.Load(dState + n));
                dh = TinyValues.Flush<TSimd, TVector>(dh, TinyValues.ActivationGradient);
                TVector change = TSimd.Subtract(y, TSimd.Load(previousOutput + n));
                TSimd.Store(dUnits + n, TSimd.FusedMultiplyAdd(TSimd.Multiply(dh, change), slope, TSimd.Load(dUnits + n)));
                TSimd.Store(gate + n, TSimd.Multiply(TSimd.Multiply(dh, a), TSimd.Subtract(one, TSimd.Multiply(y, y))));
                TSimd.Store(dState + n, TSimd.Multiply(dh, keep));
            }
        }
    }
}
