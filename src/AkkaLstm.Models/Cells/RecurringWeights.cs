using System.Buffers;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// weight_gates, (3H, 3H), packed: the gates i, f and o of an LSTM see those of the step before (full gate recurrence,
/// Greff et al. 2015).
/// </summary>
/// <remarks>
/// The operand has 16 units of i, f, o in turn. Forward goes on from the sums of all gates, so its columns are those of
/// i, f, g, o, and those of g stay zero; on the way back the gradients of i, f and o are put side by side first.
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
    internal RecurringWeights(RecurrentShape shape, BufferGroup group)
    {
        _operand = new InterleavedRows(Count, shape.HiddenSize);
        int operandColumns = _operand.BlockCount * Width;
        int gateColumns = operandColumns / Count * GateCount;
        Forward = new PackedMatrix(operandColumns, gateColumns, group);
        Back = new PackedMatrix(operandColumns, operandColumns, group);
    }

    /// <summary>Transposed, (gates before, gates).</summary>
    internal PackedMatrix Forward { get; }

    /// <summary>(i, f, o; gates before).</summary>
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
        Back.PackRows((piece / GateCount * Count + (gate < G ? gate : gate - 1)) * Width, count, rows, columns);
        ArrayPool<float>.Shared.Return(rows);
    }

    /// <summary>Puts the gradients of i, f and o of a time step side by side.</summary>
    /// <returns>Them, (B, 3H).</returns>
    internal static Operand Gather(RecurrentWorkspace workspace, int step)
    {
        Activations gates = workspace.Gates;
        Activations gathered = workspace.DSeenGates!;
        int block = gates.Lanes * Width;
        for (int group = 0; group < gates.BlockCount / GateCount; group++)
        {
            Span<float> from = gates.Data.Slice(step * gates.StepLength + group * GateCount * block, GateCount * block);
            Span<float> to = gathered.Data.Slice(step * gathered.StepLength + group * Count * block, Count * block);
            from[..(G * block)].CopyTo(to);
            from[((G + 1) * block)..].CopyTo(to[(G * block)..]);
        }

        return Operand.Of(gathered, step, 1);
    }

    /// <summary>Gradient of weight_gates over a window, of which every step but the first was gathered.</summary>
    internal void Gradient(SimdPath path, RecurrentWorkspace workspace, int shardCount, Span<float> gradient)
    {
        Gather(workspace, workspace.IsReversed ? workspace.TimeSteps - 1 : 0);
        int units = _operand.UnitCount;
        int columns = Forward.Depth;
        float[] padded = workspace.RecurringGradient;
        Activations operand = workspace.RecurringGates!;
        WeightGradient.Multiply(
            path, workspace.DSeenGates!.View(), new InterleavedRows(Count, units), shardCount,
            operand.Steps(1 - workspace.FirstOutput, workspace.TimeSteps), padded, default, default, default);
        for (int row = 0; row < Count * units; row++)
        {
            ReadOnlySpan<float> from = padded.AsSpan(row * columns, columns);
            Span<float> to = gradient.Slice(row * Count * units, Count * units);
            for (int block = 0; block < _operand.BlockCount; block++)
                from.Slice(block * Width, _operand.CountIn(block)).CopyTo(to[_operand.First(block)..]);
        }
    }
}
