using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data;

/// <summary>
/// Turns a model's outputs on one pass over a split into the task's own figures. Use one, single-threaded,
/// for a pass; add the windows in any order and any grouping of lanes.
/// </summary>
public abstract class TaskEvaluation
{
    /// <summary>
    /// Whether <see cref="Add"/> looks at the outputs; if not, the mean loss is enough and <see cref="Add"/>
    /// need not be called.
    /// </summary>
    public abstract bool NeedsOutputs { get; }

    /// <summary>Takes the outputs of one window.</summary>
    /// <param name="batch">The window as it was filled for this split.</param>
    /// <param name="stepInEpoch">Which window.</param>
    /// <param name="outputs">Outputs (normalised values or scores of classes), (T, B, outputStride).</param>
    /// <param name="outputStride">Floats from one row to the next, at least the shape's output size.</param>
    public abstract void Add(SequenceBatch batch, int stepInEpoch, ReadOnlySpan<float> outputs, int outputStride);

    /// <summary>The figures.</summary>
    /// <param name="meanLoss">
    /// Mean loss over the split as training counts it: nats per target, or squared error in normalised units.
    /// </param>
    /// <exception cref="InvalidOperationException">Windows are missing.</exception>
    public abstract EvaluationReport Finish(double meanLoss);
}
