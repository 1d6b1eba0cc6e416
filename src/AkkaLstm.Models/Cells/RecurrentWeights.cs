using System.Buffers;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// The weights of a recurrent layer, packed for the kernels: read-only after loading, shared by all threads, loaded
/// again after every optimizer step.
/// </summary>
/// <remarks>
/// Packed columns interleave the gates, 16 units of each in turn (see <see cref="InterleavedRows"/>), so that the
/// columns of a unit's gates are finished soon after one another. H is padded to a multiple of 16; weights of padding
/// units are zero.
/// </remarks>
public sealed class RecurrentWeights
{
    private const int Width = Activations.BlockColumns;

    private readonly InterleavedRows _rows;
    private readonly int _unitRows;

    /// <summary>Makes room for the weights of a layer.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="shape">I, H and the projection.</param>
    /// <param name="hasInputGradient">Whether backward is to give the gradient of the input, which takes a second
    /// copy of weight_ih.</param>
    /// <param name="group">The buffers that those of the weights are to be among.</param>
    /// <param name="weightDrop">Probability of dropping a weight of weight_hh.</param>
    public RecurrentWeights(
        RecurrentCell cell, RecurrentShape shape, bool hasInputGradient, BufferGroup group, float weightDrop = 0)
        : this(cell.GateCount - cell.LateGateCount, cell.UnitRows, cell.SplitsRecurrent, shape, hasInputGradient, group)
    {
        if (cell.LateGateCount > 0)
            Late = new RecurrentWeights(cell.LateGateCount, unitRows: 0, isSplit: false, shape, hasInputGradient, group);
        if (cell.RecurringGateCount > 0)
            Recurring = new RecurringWeights(shape, group);
        Mask = RecurrentMask.For(cell, shape, weightDrop);
        if (cell.UnitConstant is not { } constant)
            return;
        Constants = new AlignedBuffer((long)_rows.BlockCount / GateCount * Width);
        for (int unit = 0; unit < Constants.Span.Length; unit++)
            Constants.Span[unit] = constant(shape, unit);
    }

    private RecurrentWeights(
        int gateCount, int unitRows, bool isSplit, RecurrentShape shape, bool hasInputGradient, BufferGroup group)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape.InputSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape.HiddenSize);
        ArgumentOutOfRangeException.ThrowIfNegative(shape.ProjectionSize);
        _rows = new InterleavedRows(gateCount, shape.HiddenSize);
        _unitRows = unitRows;
        Shape = shape;
        GateCount = gateCount;
        int gateColumns = _rows.BlockCount * Width;
        Bias = group.Add(gateColumns);
        RecurrentBias = isSplit ? group.Add(gateColumns) : null;
        Units = unitRows > 0 ? group.Add((long)gateColumns / GateCount * unitRows) : null;
        Input = new PackedMatrix(shape.InputSize, gateColumns, group);
        InputBack = hasInputGradient ? new PackedMatrix(gateColumns, shape.InputSize, group) : null;
        Hidden = new PackedMatrix(shape.OutputSize, gateColumns, group);
        HiddenBack = new PackedMatrix(gateColumns, shape.OutputSize, group);
        if (shape.ProjectionSize > 0)
        {
            Projection = new PackedMatrix(shape.HiddenSize, shape.ProjectionSize, group);
            ProjectionBack = new PackedMatrix(shape.ProjectionSize, shape.HiddenSize, group);
        }
    }

    /// <summary>I, H and the projection.</summary>
    public RecurrentShape Shape { get; }

    /// <summary>G, late gates left out.</summary>
    public int GateCount { get; }

    /// <summary>Pieces that <see cref="LoadPiece(int, RecurrentParameters, RandomKey?)"/> loads; any threads may load different pieces at once.</summary>
    public int PieceCount => OwnPieceCount + (Late?.PieceCount ?? 0);

    /// <summary>The weights of the late gates, or null; their operand has H columns.</summary>
    internal RecurrentWeights? Late { get; }

    /// <summary>The weights of gates that see the step before's, or null.</summary>
    internal RecurringWeights? Recurring { get; }

    /// <summary>Factors of weight_hh, or null.</summary>
    internal RecurrentMask? Mask { get; }

    /// <summary>The units' constants, padding units' too, or null.</summary>
    internal AlignedBuffer? Constants { get; }

    /// <summary>Which weight row a packed column belongs to.</summary>
    internal InterleavedRows Rows => _rows;

    /// <summary>bias_ih + bias_hh in the order of the packed columns; bias_ih alone where the cell splits.</summary>
    internal AlignedBuffer Bias { get; }

    /// <summary>bias_hh in the order of the packed columns, where the cell splits.</summary>
    internal AlignedBuffer? RecurrentBias { get; }

    /// <summary>The units' own parameters, (H/16, rows, 16), or null.</summary>
    internal AlignedBuffer? Units { get; }

    /// <summary>Transposed weight_ih, (I, gates).</summary>
    internal PackedMatrix Input { get; }

    /// <summary>weight_ih, (gates, I), or null.</summary>
    internal PackedMatrix? InputBack { get; }

    /// <summary>Transposed weight_hh, (R, gates).</summary>
    internal PackedMatrix Hidden { get; }

    /// <summary>weight_hh, (gates, R).</summary>
    internal PackedMatrix HiddenBack { get; }

    /// <summary>Transposed weight_hr, (H, R), or null.</summary>
    internal PackedMatrix? Projection { get; }

    /// <summary>weight_hr, (R, H), or null.</summary>
    internal PackedMatrix? ProjectionBack { get; }

    /// <summary>Packs all weights.</summary>
    /// <param name="parameters">The layer's parameters.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Load(RecurrentParameters parameters)
    {
        for (int piece = 0; piece < PieceCount; piece++)
            LoadPiece(piece, parameters);
    }

    /// <summary>Packs one piece: up to 16 units of one gate, or of the projection.</summary>
    /// <param name="piece">0 .. <see cref="PieceCount"/> - 1.</param>
    /// <param name="parameters">The layer's parameters.</param>
    /// <param name="key">Names the random numbers by which weights are dropped; null: none is.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void LoadPiece(int piece, RecurrentParameters parameters, RandomKey? key = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)piece, (uint)PieceCount, nameof(piece));
        LoadPiece(piece, parameters, key, Mask, firstGate: 0);
    }

    private void LoadPiece(int piece, RecurrentParameters parameters, RandomKey? key, RecurrentMask? mask, int firstGate)
    {
        if (piece >= OwnPieceCount)
        {
            Late!.LoadPiece(piece - OwnPieceCount, parameters.GatesOf(Shape, GateCount, Late.GateCount), key, mask, GateCount);
            return;
        }

        if (Late is not null)
            parameters = parameters.GatesOf(Shape, 0, GateCount);
        Check(parameters.InputWeights.Length, (long)_rows.Count * Shape.InputSize, "weight_ih");
        Check(parameters.HiddenWeights.Length, (long)_rows.Count * Shape.OutputSize, "weight_hh");
        Check(parameters.InputBias.Length, _rows.Count, "bias_ih");
        Check(parameters.HiddenBias.Length, _rows.Count, "bias_hh");
        Check(parameters.Units.Length, (long)_unitRows * Shape.HiddenSize, "units");
        Check(parameters.Projection.Length, (long)Shape.ProjectionSize * Shape.HiddenSize, "weight_hr");
        if (piece < _rows.BlockCount)
        {
            LoadGate(piece, parameters);
            LoadRecurrent(piece, parameters.HiddenWeights, key, mask, firstGate);
            Recurring?.LoadPiece(piece, parameters.RecurringGates);
        }
        else
        {
            LoadProjection(piece - _rows.BlockCount, parameters.Projection);
        }
    }

    private int OwnPieceCount => _rows.BlockCount + (Projection?.BlockCount ?? 0);

    private static void Check(int length, long expected, string name)
    {
        if (length != expected)
            throw new ArgumentException($"{name} has {length} floats, not {expected}.");
    }

    private void LoadGate(int piece, RecurrentParameters parameters)
    {
        int first = _rows.First(piece);
        int count = _rows.CountIn(piece);
        int column = piece * Width;
        int inputSize = Shape.InputSize;
        ReadOnlySpan<float> inputRows = parameters.InputWeights.Slice(first * inputSize, count * inputSize);
        Input.PackColumns(piece, count, inputRows, inputSize);
        InputBack?.PackRows(column, count, inputRows, inputSize);
        Span<float> bias = Bias.Span.Slice(column, count);
        if (RecurrentBias is { } recurrent)
        {
            parameters.InputBias.Slice(first, count).CopyTo(bias);
            parameters.HiddenBias.Slice(first, count).CopyTo(recurrent.Span[column..]);
        }
        else
        {
            for (int i = 0; i < count; i++)
                bias[i] = parameters.InputBias[first + i] + parameters.HiddenBias[first + i];
        }

        if (piece % GateCount == 0)
            LoadUnits(piece / GateCount, count, parameters.Units);
    }

    private void LoadRecurrent(int piece, ReadOnlySpan<float> weights, RandomKey? key, RecurrentMask? mask, int firstGate)
    {
        int first = _rows.First(piece);
        int count = _rows.CountIn(piece);
        int columns = Shape.OutputSize;
        ReadOnlySpan<float> rows = weights.Slice(first * columns, count * columns);
        if (mask is null)
        {
            PackRecurrent(piece, count, rows);
            return;
        }

        int firstInAll = firstGate * Shape.HiddenSize + first;
        mask.Fill(key, firstInAll, count);
        float[] masked = ArrayPool<float>.Shared.Rent(rows.Length);
        mask.Apply(firstInAll, rows, masked.AsSpan(0, rows.Length));
        PackRecurrent(piece, count, masked);
        ArrayPool<float>.Shared.Return(masked);
    }

    private void PackRecurrent(int piece, int count, ReadOnlySpan<float> rows)
    {
        Hidden.PackColumns(piece, count, rows, Shape.OutputSize);
        HiddenBack.PackRows(piece * Width, count, rows, Shape.OutputSize);
    }

    private void LoadUnits(int group, int count, ReadOnlySpan<float> units)
    {
        for (int row = 0; row < _unitRows; row++)
        {
            units.Slice((row * Shape.HiddenSize) + (group * Width), count)
                .CopyTo(Units!.Span[((group * _unitRows + row) * Width)..]);
        }
    }

    private void LoadProjection(int block, ReadOnlySpan<float> projection)
    {
        int first = block * Width;
        int count = Math.Min(Width, Shape.ProjectionSize - first);
        ReadOnlySpan<float> rows = projection.Slice(first * Shape.HiddenSize, count * Shape.HiddenSize);
        Projection!.PackColumns(block, count, rows, Shape.HiddenSize);
        ProjectionBack!.PackRows(first, count, rows, Shape.HiddenSize);
    }
}
