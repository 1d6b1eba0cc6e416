using System.Runtime.InteropServices;
using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Layers;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Models;

/// <summary>
/// A model's parameters packed for the kernels. Loaded once per step and process, then read by all workers of the
/// process at once.
/// </summary>
/// <remarks>
/// Not to be loaded while a model runs on it. Packing is a copy and can be shared out: <see cref="BeginLoad"/>,
/// then <see cref="Pack"/> for every piece 0 .. <see cref="PackCount"/> - 1, on any threads and in any order. What one
/// process has packed another of the machine can use where it lies: <see cref="Packed"/>, <see cref="Adopt"/>.
/// </remarks>
public sealed class ModelWeights
{
    private readonly RecurrentWeights[] _layers;

    // The same again for training steps, where recurrent weights are dropped; else the same.
    private readonly RecurrentWeights[] _trainingLayers;
    private readonly int _layerPackCount;
    private readonly BufferGroup _group = new();
    private readonly Func<int, Memory<float>> _allocate;
    private Memory<float> _own; // taken when it is packed into first
    private bool _isPlacedThere;
    private StepKey? _key;
    private ReadOnlyMemory<float> _parameters;

    /// <summary>Packed parameters of a model, none yet.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="allocate">Gives zeros of a length that start on a cache line and never move; null: of this
    /// process.</param>
    public ModelWeights(ModelSpec spec, Func<int, Memory<float>>? allocate = null)
    {
        _allocate = allocate ?? (length => new AlignedBuffer(length).Memory);
        Layout = ParameterLayout.For(spec);
        var cell = RecurrentCell.Of(spec.Cell);
        _layers = MakeLayers(weightDrop: 0);
        _trainingLayers = spec.WeightDrop > 0 ? MakeLayers(spec.WeightDrop) : _layers;

        Head = new HeadWeights(Layout, _group);
        Attention = Layout.Attention is null ? null : new AttentionWeights(Layout, _group);
        _layerPackCount = _layers.Sum(layer => layer.PieceCount);

        RecurrentWeights[] MakeLayers(float weightDrop) =>
        [
            .. Enumerable.Range(0, spec.LayerCount * spec.DirectionCount).Select(i => i / spec.DirectionCount).Select(
                layer => new RecurrentWeights(
                    cell, spec.LayerShape(layer), layer > 0 || spec.Input == InputKind.Tokens, _group, weightDrop)),
        ];
    }

    /// <summary>The layout of the parameters.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Pieces of packing work.</summary>
    public int PackCount => LayerPackCount + Head.PackCount + (Attention is null ? 0 : AttentionWeights.PackCount);

    /// <summary>
    /// All that was packed, for <see cref="Adopt"/> of another process; empty where it is not enough, because weights are
    /// dropped or lack connections and what is left of them is not among it.
    /// </summary>
    public ReadOnlyMemory<float> Packed => HasMask ? default : _own;

    private bool HasMask => _trainingLayers.Any(layer => layer.Mask is not null);

    private int LayerPackCount => _layerPackCount * (Drops ? 2 : 1);

    private bool Drops => _key is not null && Layout.Spec.WeightDrop > 0;

    /// <summary>The embedding table, (V, E): not packed but read in place; empty where there is none.</summary>
    internal ReadOnlySpan<float> Embedding => Layout.Embedding is { } table ? table.Of(_parameters.Span) : default;

    /// <summary>The head's weights.</summary>
    internal HeadWeights Head { get; }

    /// <summary>The attention's weights; null where there is none.</summary>
    internal AttentionWeights? Attention { get; }

    /// <summary>The weights of a recurrent layer.</summary>
    /// <param name="layer">Which, 0 = lowest.</param>
    /// <param name="direction">0 forward, 1 the way back.</param>
    /// <param name="isTraining">Whether to take those of a training step.</param>
    internal RecurrentWeights Layer(int layer, int direction, bool isTraining) =>
        (isTraining ? _trainingLayers : _layers)[(layer * Layout.Spec.DirectionCount) + direction];

    /// <summary>Invariant of a training step: the weights that it drops are those of its key.</summary>
    internal void RequireKey(StepKey key)
    {
        if (Layout.Spec.WeightDrop > 0 && _key != key)
            throw new ArgumentException($"The weights are loaded for {_key?.ToString() ?? "no training step"}, not for {key}.");
    }

    /// <summary>Packs all parameters.</summary>
    /// <inheritdoc cref="BeginLoad"/>
    public void Load(ReadOnlyMemory<float> parameters, StepKey? key = null)
    {
        BeginLoad(parameters, key);
        for (int piece = 0; piece < PackCount; piece++)
            Pack(piece);
    }

    /// <summary>Names the parameters that <see cref="Pack"/> packs.</summary>
    /// <param name="parameters">
    /// The flat buffer. Embedding rows are read from it in place: it must stay unchanged as long as a model runs on
    /// the weights.
    /// </param>
    /// <param name="key">
    /// The training step that they are for, which fixes the recurrent weights it drops; null: for evaluation only.
    /// </param>
    /// <exception cref="ArgumentException">The length is not the layout's.</exception>
    public void BeginLoad(ReadOnlyMemory<float> parameters, StepKey? key = null)
    {
        Layout.RequireTotalLength(parameters.Length);
        (_key, _parameters) = (key, parameters);
        if (_isPlacedThere)
            return;
        if (_own.IsEmpty)
            _own = _allocate(_group.Length);
        _group.Place(_own);
        _isPlacedThere = true;
    }

    /// <summary>Uses what weights of the same model have packed, instead of packing it again.</summary>
    /// <param name="parameters">The flat buffer, as for <see cref="BeginLoad"/>.</param>
    /// <param name="packed">Their <see cref="Packed"/>, only read.</param>
    /// <returns>False where it cannot be: it is of another length or not aligned, or this model needs more.</returns>
    /// <exception cref="ArgumentException">The length of the flat buffer is not the layout's.</exception>
    public bool Adopt(ReadOnlyMemory<float> parameters, ReadOnlyMemory<float> packed)
    {
        Layout.RequireTotalLength(parameters.Length);
        if (HasMask || !_group.Fits(packed))
            return false;
        (_key, _parameters, _isPlacedThere) = (null, parameters, false);
        _group.Place(MemoryMarshal.AsMemory(packed));
        return true;
    }

    /// <summary>Packs one piece; different pieces may be packed on different threads at once.</summary>
    /// <param name="piece">0 .. <see cref="PackCount"/> - 1.</param>
    public void Pack(int piece)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)piece, (uint)PackCount, nameof(piece));
        ReadOnlySpan<float> parameters = _parameters.Span;
        if (piece >= LayerPackCount + Head.PackCount)
        {
            Attention!.Pack(piece - LayerPackCount - Head.PackCount, parameters);
            return;
        }

        if (piece >= LayerPackCount)
        {
            Head.Pack(piece - LayerPackCount, parameters);
            return;
        }

        bool isTraining = piece >= _layerPackCount;
        piece -= isTraining ? _layerPackCount : 0;
        int i = 0;
        for (; piece >= _layers[i].PieceCount; i++)
            piece -= _layers[i].PieceCount;
        RandomKey? numbers = isTraining
            ? new RandomKey(_key!.Value.Seed, RandomPurpose.WeightDrop, _key.Value.Step, i)
            : null;
        (isTraining ? _trainingLayers : _layers)[i].LoadPiece(piece, Layout.Layers[i].Of(parameters), numbers);
    }
}
