using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Synthetic;

/// <summary>
/// Share of right answers (<c>accuracy</c>), and of sequences whose answers are all right
/// (<c>sequenceAccuracy</c>), by the problem's own criterion; beside it the loss without memory where the
/// papers give it.
/// </summary>
public sealed class SyntheticEvaluation : TaskEvaluation
{
    private readonly SyntheticProblem _problem;
    private readonly int _outputSize;
    private long _answers;
    private long _rightAnswers;
    private long _sequences;
    private long _rightSequences;

    internal SyntheticEvaluation(SyntheticProblem problem, int outputSize)
    {
        _problem = problem;
        _outputSize = outputSize;
    }

    /// <inheritdoc/>
    public override bool NeedsOutputs => true;

    /// <inheritdoc/>
    public override void Add(SequenceBatch batch, int stepInEpoch, ReadOnlySpan<float> outputs, int outputStride)
    {
        ArgumentNullException.ThrowIfNull(batch);
        for (int lane = 0; lane < batch.Lanes; lane++)
        {
            (int answers, int right) = _problem.Judge(batch, lane, outputs, outputStride, _outputSize);
            _answers += answers;
            _rightAnswers += right;
            _sequences += answers > 0 ? 1 : 0;
            _rightSequences += answers > 0 && right == answers ? 1 : 0;
        }
    }

    /// <inheritdoc/>
    public override EvaluationReport Finish(double meanLoss)
    {
        if (_answers == 0)
            throw new InvalidOperationException("No window was added.");
        List<MethodScores> methods =
        [
            new(EvaluationReport.ModelName, "the trained model",
                [
                    new("loss", meanLoss),
                    new("accuracy", (double)_rightAnswers / _answers),
                    new("sequenceAccuracy", (double)_rightSequences / _sequences),
                ], []),
        ];
        if (_problem.MemorylessLoss is { } loss)
            methods.Add(new("memoryless", "best answer without memory", [new("loss", loss)], []));
        return new EvaluationReport(methods);
    }
}
