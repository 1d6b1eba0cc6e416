using AkkaLstm.Models;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Training.Inference;

/// <summary>One lane of a model that reads windows and remembers its state from one to the next.</summary>
internal sealed class Predictor
{
    private readonly SequenceModel _model;
    private readonly ModelWeights _weights;
    private readonly ModelWorkspace _workspace;
    private readonly float[] _carry;
    private readonly float[] _outputs;

    /// <summary>Loads a model.</summary>
    /// <param name="spec">Its shape.</param>
    /// <param name="parameters">All parameters in layout order.</param>
    /// <param name="maxTimeSteps">Longest window.</param>
    public Predictor(ModelSpec spec, ReadOnlyMemory<float> parameters, int maxTimeSteps)
    {
        _model = new SequenceModel(spec);
        _weights = new ModelWeights(spec);
        _weights.Load(parameters);
        _workspace = new ModelWorkspace(spec, maxTimeSteps, maxLanes: 1);
        _carry = new float[spec.CarryLength];
        _outputs = new float[spec.OutputSize];
    }

    /// <summary>The outputs at the window's last time step, (O); valid until the next call.</summary>
    /// <param name="window">One lane. It goes on from the window before, unless it resets its carry.</param>
    public ReadOnlySpan<float> Predict(SequenceBatch window)
    {
        _model.Predict(_weights, window, _carry, _carry, _workspace, _outputs);
        return _outputs;
    }
}
