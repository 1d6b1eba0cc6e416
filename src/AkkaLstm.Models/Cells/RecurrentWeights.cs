using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// The weights of a recurrent layer, packed for the kernels: read-only after loading, shared by all threads, loaded again after every
/// optimizer step.
/// </summary>
/// <remarks>
/// Packed columns interleave the gates, 16 units of each in turn (see <see cref="InterleavedRows"/>), so that a panel of 64 columns has
/// all the gates of its units. H is padded to a multiple of 16; weights of padding units are zero.
/// </remarks>
public sealed class RecurrentWeights
{
    private readonly InterleavedRows _rows;
    private readonly AlignedBuffer _bias;

    /// <summary>Makes room for the weights of a layer.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="inputSize">I.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="hasInputGradient">Whether backward is to give the gradient of the input, which takes a second copy of weight_ih.</param>
    public RecurrentWeights(RecurrentCell cell, int inputSize, int hiddenSize, bool hasInputGradient)
    {
        ArgumentNullException.ThrowIfNull(cell);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hiddenSize);
        _rows = new InterleavedRows(cell.GateCount, hiddenSize);
        GateCount = cell.GateCount;
        InputSize = inputSize;
        HiddenSize = hiddenSize;
        int gateColumns = _rows.BlockCount * Activations.BlockColumns;
        _bias = new AlignedBuffer(gateColumns);
        Input = new PackedMatrix(inputSize, gateColumns);
        Hidden = new PackedMatrix(hiddenSize, gateColumns);
        HiddenBack = new PackedMatrix(gateColumns, hiddenSize);
        InputBack = hasInputGradient ? new PackedMatrix(gateColumns, inputSize) : null;
    }

    /// <summary>G.</summary>
    public int GateCount { get; }

    /// <summary>I.</summary>
    public int InputSize { get; }

    /// <summary>H.</summary>
    public int HiddenSize { get; }

    /// <summary>Pieces that <see cref="LoadPiece"/> loads; any threads may load different pieces at once.</summary>
    public int PieceCount => _rows.BlockCount;

    /// <summary>Which weight row a packed column belongs to.</summary>
    internal InterleavedRows Rows => _rows;

    /// <summary>bias_ih + bias_hh in the order of the packed columns.</summary>
    internal AlignedBuffer Bias => _bias;

    /// <summary>Transposed weight_ih, (I, gates).</summary>
    internal PackedMatrix Input { get; }

    /// <summary>Transposed weight_hh, (H, gates).</summary>
    internal PackedMatrix Hidden { get; }

    /// <summary>weight_ih, (gates, I), or null.</summary>
    internal PackedMatrix? InputBack { get; }

    /// <summary>weight_hh, (gates, H).</summary>
    internal PackedMatrix HiddenBack { get; }

    /// <summary>Packs all weights.</summary>
    /// <inheritdoc cref="LoadPiece"/>
    public void Load(
        ReadOnlySpan<float> inputWeights, ReadOnlySpan<float> hiddenWeights,
        ReadOnlySpan<float> inputBias, ReadOnlySpan<float> hiddenBias)
    {
        for (int piece = 0; piece < PieceCount; piece++)
            LoadPiece(piece, inputWeights, hiddenWeights, inputBias, hiddenBias);
    }

    /// <summary>Packs one piece: up to 16 units of one gate.</summary>
    /// <param name="piece">0 .. <see cref="PieceCount"/> - 1.</param>
    /// <param name="inputWeights">weight_ih, (G*H, I).</param>
    /// <param name="hiddenWeights">weight_hh, (G*H, H).</param>
    /// <param name="inputBias">bias_ih, (G*H).</param>
    /// <param name="hiddenBias">bias_hh, (G*H).</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void LoadPiece(
        int piece, ReadOnlySpan<float> inputWeights, ReadOnlySpan<float> hiddenWeights,
        ReadOnlySpan<float> inputBias, ReadOnlySpan<float> hiddenBias)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)piece, (uint)PieceCount, nameof(piece));
        ArgumentOutOfRangeException.ThrowIfNotEqual((long)inputWeights.Length, (long)_rows.Count * InputSize, nameof(inputWeights));
        ArgumentOutOfRangeException.ThrowIfNotEqual((long)hiddenWeights.Length, (long)_rows.Count * HiddenSize, nameof(hiddenWeights));
        ArgumentOutOfRangeException.ThrowIfNotEqual(inputBias.Length, _rows.Count, nameof(inputBias));
        ArgumentOutOfRangeException.ThrowIfNotEqual(hiddenBias.Length, _rows.Count, nameof(hiddenBias));
        int first = _rows.First(piece);
        int count = _rows.CountIn(piece);
        int column = piece * Activations.BlockColumns;
        ReadOnlySpan<float> inputRows = inputWeights.Slice(first * InputSize, count * InputSize);
        ReadOnlySpan<float> hiddenRows = hiddenWeights.Slice(first * HiddenSize, count * HiddenSize);
        Input.PackColumns(piece, count, inputRows, InputSize);
        Hidden.PackColumns(piece, count, hiddenRows, HiddenSize);
        HiddenBack.PackRows(column, count, hiddenRows, HiddenSize);
        InputBack?.PackRows(column, count, inputRows, InputSize);
        Span<float> bias = _bias.Span.Slice(column, count);
        for (int i = 0; i < count; i++)
            bias[i] = inputBias[first + i] + hiddenBias[first + i];
    }
}
