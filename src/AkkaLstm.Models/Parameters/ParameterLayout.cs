using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AkkaLstm.Models.Cells;

namespace AkkaLstm.Models.Parameters;

/// <summary>
/// Where each tensor of a model lies in the one flat parameter buffer, how the buffer is cut into blocks (for the
/// norm) and slices (for the servers). Names, shapes and gate order (i, f, g, o) are PyTorch's for a module with an
/// nn.Embedding "embedding", an nn.LSTM "lstm" (nn.GRU "gru", nn.RNN "rnn") and an nn.Linear "head".
/// </summary>
/// <remarks>
/// Invariant: the sparse tensor, where there is one, is the first; dense parameters are the rest,
/// [<see cref="DenseStart"/>, <see cref="TotalLength"/>).
/// </remarks>
public sealed class ParameterLayout
{
    /// <summary>Floats in a block of a dense tensor (the last one of a tensor may be shorter).</summary>
    public const int BlockLength = 16_384;

    private readonly List<TensorInfo> _tensors = [];
    private readonly List<LayerTensors> _layers = [];
    private readonly List<ParameterBlock> _blocks = [];
    private readonly Dictionary<string, TensorInfo> _byName = new(StringComparer.Ordinal);

    private ParameterLayout(ModelSpec spec)
    {
        Spec = spec;
        if (spec.Input == InputKind.Tokens)
        {
            // A tied head has a gradient for every row.
            bool isSparse = spec.Head == HeadKind.Own;
            Embedding = Add("embedding.weight", [spec.InputSize, spec.EmbeddingSize], isSparse);
            SparseRowWidth = isSparse ? spec.EmbeddingSize : 0;
            DenseStart = isSparse ? TotalLength : 0;
        }

        for (int layer = 0; layer < spec.LayerCount; layer++)
        {
            _layers.Add(AddLayer(spec, layer, suffix: ""));
            if (spec.Direction == LayerDirection.Both)
                _layers.Add(AddLayer(spec, layer, suffix: "_reverse"));
        }

        ReadOutStart = TotalLength;
        if (spec.Attention != AttentionKind.None)
            Attention = AddAttention(spec.AttentionSize, spec.LayerOutputSize);
        HeadWeight = spec.Head == HeadKind.Tied ? Embedding! : Add("head.weight", [spec.OutputSize, spec.HeadInputSize]);
        HeadBias = Add("head.bias", [spec.OutputSize]);
    }

    /// <summary>The model it is the layout of.</summary>
    public ModelSpec Spec { get; }

    /// <summary>The tensors in order; together they cover the buffer without gaps.</summary>
    public IReadOnlyList<TensorInfo> Tensors => _tensors;

    /// <summary>The embedding table, (V, E); null where the input is values.</summary>
    public TensorInfo? Embedding { get; }

    /// <summary>The attention's tensors; null where there is none.</summary>
    public AttentionTensors? Attention { get; }

    /// <summary>The head's weights, (O, size of its input); the embedding, where it is tied.</summary>
    public TensorInfo HeadWeight { get; }

    /// <summary>The head's bias, (O).</summary>
    public TensorInfo HeadBias { get; }

    /// <summary>The fixed blocks in order; together they cover the buffer, and none crosses a tensor's end.</summary>
    public IReadOnlyList<ParameterBlock> Blocks => _blocks;

    /// <summary>Floats in the flat buffer.</summary>
    public int TotalLength { get; private set; }

    /// <summary>Index of the first dense parameter: the length of the sparse tensor, 0 where there is none.</summary>
    public int DenseStart { get; }

    /// <summary>Index of the first parameter behind the recurrent layers.</summary>
    public int ReadOutStart { get; }

    /// <summary>Floats of all dense tensors.</summary>
    public int DenseLength => TotalLength - DenseStart;

    /// <summary>Floats of the dense tensors in a slice.</summary>
    public int DenseLengthOf(ParameterSlice slice) => Math.Max(0, slice.End - Math.Max(slice.Start, DenseStart));

    /// <summary>E, the floats in a row of the sparse tensor; 0 where there is none.</summary>
    public int SparseRowWidth { get; }

    /// <summary>Rows of the sparse tensor; 0 where there is none.</summary>
    public int SparseRowCount => SparseRowWidth == 0 ? 0 : DenseStart / SparseRowWidth;

    /// <summary>The whole buffer as one slice.</summary>
    public ParameterSlice Whole => new(0, 0, TotalLength, 0, _blocks.Count);

    /// <summary>Makes the layout of a model.</summary>
    /// <exception cref="ArgumentException">The spec is not valid, or has more than 2^31 - 1 parameters.</exception>
    public static ParameterLayout For(ModelSpec spec)
    {
        spec.Validate();
        try
        {
            return new ParameterLayout(spec);
        }
        catch (OverflowException e)
        {
            throw new ArgumentException(
                "The model has more than 2147483647 parameters: make the vocabulary, the embedding or the hidden size smaller.",
                e);
        }
    }

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public TensorInfo this[string name] => _byName[name];

    /// <summary>The tensors of a recurrent layer.</summary>
    /// <param name="layer">Which, 0 = lowest.</param>
    /// <param name="direction">0 forward, 1 the way back.</param>
    public LayerTensors Layer(int layer, int direction = 0) => _layers[(layer * Spec.DirectionCount) + direction];

    /// <summary>The tensors of all recurrent layers and directions.</summary>
    internal IReadOnlyList<LayerTensors> Layers => _layers;

    /// <summary>The recurrent layer and direction that a tensor belongs to.</summary>
    internal LayerTensors LayerOf(TensorInfo tensor) => _layers.Last(layer => layer.InputWeight.Offset <= tensor.Offset);

    /// <summary>The tensor that holds flat index <paramref name="index"/>.</summary>
    internal TensorInfo TensorAt(int index) => _tensors.First(tensor => index < tensor.End);

    /// <summary>
    /// Cuts the buffer into <paramref name="serverCount"/> contiguous runs of whole blocks, as nearly equal in
    /// floats as whole blocks allow. Slice k ends at the block border nearest to (k + 1) / K of the buffer.
    /// </summary>
    public IReadOnlyList<ParameterSlice> Split(int serverCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(serverCount);
        var slices = new ParameterSlice[serverCount];
        int firstBlock = 0;
        int start = 0;
        for (int k = 0; k < serverCount; k++)
        {
            long goal = (long)TotalLength * (k + 1) / serverCount;
            int endBlock = firstBlock;
            int end = start;
            while (endBlock < _blocks.Count && IsNearer(end + _blocks[endBlock].Length, end, goal))
                end += _blocks[endBlock++].Length;
            slices[k] = new ParameterSlice(k, start, end - start, firstBlock, endBlock - firstBlock);
            (firstBlock, start) = (endBlock, end);
        }

        return slices;
    }

    /// <summary>
    /// SHA-256 over the parameters as little-endian float32 in layout order, in lower-case hexadecimal.
    /// </summary>
    /// <exception cref="ArgumentException">The length is not <see cref="TotalLength"/>.</exception>
    public string Hash(ReadOnlySpan<float> parameters)
    {
        RequireTotalLength(parameters.Length);
        if (BitConverter.IsLittleEndian)
            return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(parameters)));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(BlockLength * sizeof(float));
        for (int start = 0; start < parameters.Length; start += BlockLength)
        {
            ReadOnlySpan<float> part = parameters.Slice(start, Math.Min(BlockLength, parameters.Length - start));
            for (int i = 0; i < part.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), part[i]);
            hash.AppendData(bytes, 0, part.Length * sizeof(float));
        }

        ArrayPool<byte>.Shared.Return(bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Sets the gradient of embedding and recurrent layers to zero.</summary>
    internal void ClearBelowReadOut(Gradients.Gradient gradient)
    {
        gradient.Rows.Count = 0;
        gradient.Dense.Span[..(ReadOutStart - DenseStart)].Clear();
    }

    internal void RequireTotalLength(int length)
    {
        if (length != TotalLength)
            throw new ArgumentException($"A parameter buffer of this model has {TotalLength} floats, not {length}.");
    }

    private static bool IsNearer(long candidate, long current, long goal) =>
        Math.Abs(candidate - goal) <= Math.Abs(current - goal);

    private LayerTensors AddLayer(ModelSpec spec, int layer, string suffix)
    {
        var cell = RecurrentCell.Of(spec.Cell);
        RecurrentShape shape = spec.LayerShape(layer);
        int rows = checked(cell.GateCount * shape.HiddenSize);
        suffix = $"_l{layer}{suffix}";
        string module = cell.ModuleName;
        return new LayerTensors(
            Add($"{module}.weight_ih{suffix}", [rows, shape.InputSize]),
            Add($"{module}.weight_hh{suffix}", [rows, shape.OutputSize]),
            Add($"{module}.bias_ih{suffix}", [rows]),
            Add($"{module}.bias_hh{suffix}", [rows]),
            shape.ProjectionSize > 0 ? Add($"{module}.weight_hr{suffix}", [shape.OutputSize, shape.HiddenSize]) : null,
            RecurringGates(cell.RecurringGateCount * shape.HiddenSize),
            [.. cell.UnitTensors.Select(tensor => Add($"{module}.{tensor.Name}{suffix}", [tensor.Rows, shape.HiddenSize], start: tensor.Start))]);

        TensorInfo? RecurringGates(int size) => size == 0 ? null : Add($"{module}.weight_gates{suffix}", [size, size]);
    }

    private AttentionTensors AddAttention(int size, int inputSize) => new(
        Add("attention.query.weight", [size, inputSize]),
        Add("attention.query.bias", [size]),
        Add("attention.key.weight", [size, inputSize]),
        Add("attention.score.weight", [1, size]));

    private TensorInfo Add(string name, int[] shape, bool isSparse = false, float? start = null)
    {
        int length = shape.Aggregate(1, (product, size) => checked(product * size));
        var tensor = new TensorInfo(name, shape, TotalLength, length, isSparse) { Start = start };
        int blockLength = isSparse ? Math.Max(1, BlockLength / shape[1]) * shape[1] : BlockLength;
        for (int first = 0; first < length; first += Math.Min(blockLength, length - first))
            _blocks.Add(new ParameterBlock(TotalLength + first, Math.Min(blockLength, length - first)));
        _tensors.Add(tensor);
        _byName.Add(name, tensor);
        TotalLength = checked(TotalLength + length);
        return tensor;
    }
}
