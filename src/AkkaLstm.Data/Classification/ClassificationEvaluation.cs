using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Classification;

/// <summary>Compares the model with the baselines on the same sequences: accuracy, macro-F1, figures of each class.</summary>
public sealed class ClassificationEvaluation : TaskEvaluation
{
    private readonly IReadOnlyList<EncodedSequence> _sequences;
    private readonly IReadOnlyList<IClassificationMethod> _baselines;
    private readonly ConfusionMatrix _confusion;

    internal ClassificationEvaluation(
        IReadOnlyList<EncodedSequence> sequences, IReadOnlyList<string> labels, IReadOnlyList<IClassificationMethod> baselines)
    {
        _sequences = sequences;
        _baselines = baselines;
        _confusion = new ConfusionMatrix(labels);
    }

    /// <inheritdoc/>
    public override bool NeedsOutputs => true;

    /// <inheritdoc/>
    public override void Add(SequenceBatch batch, int stepInEpoch, ReadOnlySpan<float> outputs, int outputStride)
    {
        ArgumentNullException.ThrowIfNull(batch);
        for (int cell = 0; cell < batch.TimeSteps * batch.Lanes; cell++)
        {
            if (batch.TargetClasses[cell] is var actual and not SequenceBatch.IgnoredClass)
                _confusion.Add(actual, Largest(outputs.Slice(cell * outputStride, _confusion.Labels.Count)));
        }
    }

    /// <inheritdoc/>
    public override EvaluationReport Finish(double meanLoss)
    {
        if (_confusion.Total != _sequences.Count)
            throw new InvalidOperationException($"{_confusion.Total} of {_sequences.Count} sequences were added.");
        return new EvaluationReport(
            [
                Scores(EvaluationReport.ModelName, "the trained model", _confusion, [new("loss", meanLoss)]),
                .. _baselines.Select(baseline => Scores(baseline.Name, baseline.Description, Classify(baseline), [])),
            ])
        { Confusion = _confusion };
    }

    private static MethodScores Scores(string name, string description, ConfusionMatrix confusion, IReadOnlyList<Metric> loss) => new(
        name,
        description,
        [.. loss, .. confusion.ToMetrics()],
        [.. Enumerable.Range(0, confusion.Labels.Count).Select(c => confusion.Scores(c).ToTargetScores())]);

    private ConfusionMatrix Classify(IClassificationMethod method)
    {
        var confusion = new ConfusionMatrix(_confusion.Labels);
        foreach (EncodedSequence sequence in _sequences)
            confusion.Add(sequence.Class, method.Classify(sequence));
        return confusion;
    }

    private static int Largest(ReadOnlySpan<float> outputs)
    {
        int largest = 0;
        for (int c = 1; c < outputs.Length; c++)
        {
            if (outputs[c] > outputs[largest])
                largest = c;
        }

        return largest;
    }
}
