using AkkaLstm.Models.Parameters;

namespace AkkaLstm.Models;

/// <summary>
/// A model's parameters packed for the kernels. Loaded once per step and process, then read by all workers of the process at once.
/// </summary>
/// <remarks>
/// Not to be loaded while a model runs on it. Packing is a copy; it can be shared out: <see cref="BeginLoad"/>, then <see cref="Pack"/>
/// for every piece 0 .. <see cref="PackCount"/> - 1, on any threads and in any order.
/// </remarks>
public sealed class ModelWeights
{
    private ReadOnlyMemory<float> _parameters;

    /// <summary>Makes room for the packed parameters of a model.</summary>
    public ModelWeights(ModelSpec spec)
    {
        Layout = ParameterLayout.For(spec);
    }

    /// <summary>The layout of the parameters.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Pieces of packing work, of about equal size.</summary>
    public int PackCount => 0;

    /// <summary>Packs all parameters.</summary>
    /// <param name="parameters">The flat buffer. Embedding rows are read from it in place: it must stay unchanged while the weights are in use.</param>
    /// <exception cref="ArgumentException">The length is not the layout's.</exception>
    public void Load(ReadOnlyMemory<float> parameters)
    {
        BeginLoad(parameters);
        for (int piece = 0; piece < PackCount; piece++)
            Pack(piece);
    }

    /// <summary>Names the parameters that <see cref="Pack"/> will pack.</summary>
    public void BeginLoad(ReadOnlyMemory<float> parameters)
    {
        Layout.RequireTotalLength(parameters.Length);
        _parameters = parameters;
    }

    /// <summary>Packs one piece; pieces may be packed on different threads at once.</summary>
    public void Pack(int piece)
    {
        _ = _parameters;
        throw new NotSupportedException();
    }
}
