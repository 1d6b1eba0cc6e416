using System.Buffers;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// weight_gates, (3H, 3H), packed: the gates i, f and o of an LSTM see those of the step before (full gate recurrence,
/// Greff et al. 2015).
/// </summary>
/// <remarks>
/// The operand has 16 units of i, f, o in turn, the product's columns those of i, f, g, o; the columns of g stay zero.
/// </remarks>
internal sealed class RecurringWeights
{
    /// <summary>Gates that recur.</summary>
    internal const int Count = 3;

    private const int Width = Activations.BlockColumns;
    private const int GateCount = Count + 1;
    private const int G = 2;

    private readonly InterleavedRows _operand;

    /// <summary>Makes room for the weights of a layer.</summary>
    internal RecurringWeights(RecurrentShape shape)
    {
        _operand = new InterleavedRows(Count, shape.HiddenSize);
        int operandColumns = _operand.BlockCount * Width;
        int gateColumns = operandColumns / Count * GateCount;
        Forward = new PackedMatrix(operandColumns, gateColumns);
        Back = new PackedMatrix(gateColumns, operandColumns);
    }

    /// <summary>Transposed, (gates before, gates).</summary>
    internal PackedMatrix Forward { get; }

    /// <summary>(gates, gates before).</summary>
    internal PackedMatrix Back { get; }

    /// <summary>Packs the rows of up to 16 units of one gate.</summary>
    /// <param name="piece">Block of 16 columns of the gates.</param>
    /// <param name="weights">weight_gates.</param>
    internal void LoadPiece(int piece, ReadOnlySpan<float> weights)
    {
        int gate = piece % GateCount;
        if (gate == G)
            return;
        int units = _operand.UnitCount;
        int first = (gate < G ? gate : gate - 1) * units + piece / GateCount * Width;
        int count = Math.Min(Width, units - piece / GateCount * Width);
        int columns = Forward.Depth;
        float[] rows = ArrayPool<float>.Shared.Rent(count * columns);
        Array.Clear(rows, 0, count * columns);
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<float> from = weights.Slice((first + row) * Count * units, Count * units);
            for (int block = 0; block < _operand.BlockCount; block++)
                from.Slice(_operand.First(block), _operand.CountIn(block)).CopyTo(rows.AsSpan(row * columns + block * Width));
        }

        Forward.PackColumns(piece, count, rows, columns);
        Back.PackRows(piece * Width, count, rows, columns);
        ArrayPool<float>.Shared.Return(rows);
    }

    /// <summary>Gradient of weight_gates over a window.</summary>
    internal void Gradient(SimdPath path, RecurrentWorkspace workspace, int shardCount, Span<float> gradient)
    {
        int units = _operand.UnitCount;
        int columns = Forward.Depth;
        float[] whole = workspace.RecurringGradient;
        Activations operand = workspace.RecurringGates!;
        WeightGradient.Multiply(
            path, workspace.Gates.View(), new InterleavedRows(GateCount, units), shardCount,
            operand.Steps(1 - workspace.FirstOutput, workspace.TimeSteps), whole, default, default, default);
        for (int row = 0; row < Count * units; row++)
        {
            ReadOnlySpan<float> from = whole.AsSpan((row < G * units ? row : row + units) * columns, columns);
            Span<float> to = gradient.Slice(row * Count * units, Count * units);
            for (int block = 0; block < _operand.BlockCount; block++)
                from.Slice(block * Width, _operand.CountIn(block)).CopyTo(to[_operand.First(block)..]);
        }
    }
}
