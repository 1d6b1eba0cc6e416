using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Layers;
using AkkaLstm.Models.Parameters;

namespace AkkaLstm.Models;

/// <summary>
/// A model's parameters packed for the kernels. Loaded once per step and process, then read by all workers of the
/// process at once.
/// </summary>
/// <remarks>
/// Not to be loaded while a model runs on it. Packing is a copy and can be shared out: <see cref="BeginLoad"/>,
/// then <see cref="Pack"/> for every piece 0 .. <see cref="PackCount"/> - 1, on any threads and in any order.
/// </remarks>
public sealed class ModelWeights
{
    private readonly RecurrentWeights[] _layers;
    private readonly int _layerPackCount;
    private ReadOnlyMemory<float> _parameters;

    /// <summary>Makes room for the packed parameters of a model.</summary>
    public ModelWeights(ModelSpec spec)
    {
        Layout = ParameterLayout.For(spec);
        var cell = RecurrentCell.Of(spec.Cell);
        _layers = new RecurrentWeights[spec.LayerCount * spec.DirectionCount];
        for (int i = 0; i < _layers.Length; i++)
        {
            int layer = i / spec.DirectionCount;
            bool hasInputGradient = layer > 0 || spec.Input == InputKind.Tokens;
            _layers[i] = new RecurrentWeights(cell, spec.LayerShape(layer), hasInputGradient);
        }

        Head = new HeadWeights(Layout);
        _layerPackCount = _layers.Sum(layer => layer.PieceCount);
    }

    /// <summary>The layout of the parameters.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Pieces of packing work.</summary>
    public int PackCount => _layerPackCount + Head.PackCount;

    /// <summary>The embedding table, (V, E): not packed but read in place; empty where there is none.</summary>
    internal ReadOnlySpan<float> Embedding => _parameters.Span[..Layout.DenseStart];

    /// <summary>The head's weights.</summary>
    internal HeadWeights Head { get; }

    /// <summary>The weights of a recurrent layer.</summary>
    /// <param name="layer">Which, 0 = lowest.</param>
    /// <param name="direction">0 forward, 1 the way back.</param>
    internal RecurrentWeights Layer(int layer, int direction = 0) => _layers[(layer * Layout.Spec.DirectionCount) + direction];

    /// <summary>Packs all parameters.</summary>
    /// <inheritdoc cref="BeginLoad"/>
    public void Load(ReadOnlyMemory<float> parameters)
    {
        BeginLoad(parameters);
        for (int piece = 0; piece < PackCount; piece++)
            Pack(piece);
    }

    /// <summary>Names the parameters that <see cref="Pack"/> packs.</summary>
    /// <param name="parameters">
    /// The flat buffer. Embedding rows are read from it in place: it must stay unchanged as long as a model runs on
    /// the weights.
    /// </param>
    /// <exception cref="ArgumentException">The length is not the layout's.</exception>
    public void BeginLoad(ReadOnlyMemory<float> parameters)
    {
        Layout.RequireTotalLength(parameters.Length);
        _parameters = parameters;
    }

    /// <summary>Packs one piece; different pieces may be packed on different threads at once.</summary>
    /// <param name="piece">0 .. <see cref="PackCount"/> - 1.</param>
    public void Pack(int piece)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)piece, (uint)PackCount, nameof(piece));
        ReadOnlySpan<float> parameters = _parameters.Span;
        if (piece >= _layerPackCount)
        {
            Head.Pack(piece - _layerPackCount, parameters);
            return;
        }

        int i = 0;
        for (; piece >= _layers[i].PieceCount; i++)
            piece -= _layers[i].PieceCount;
        _layers[i].LoadPiece(piece, Layout.Layers[i].Of(parameters));
    }
}
