using AkkaLstm.Data;
using AkkaLstm.Numerics;

namespace AkkaLstm.Training.Inference;

/// <summary>Loss and figures of a model on one split of a data set.</summary>
/// <param name="Split">Which split.</param>
/// <param name="Loss">Mean loss: nats per target, or squared error in normalised units.</param>
/// <param name="Count">Counted elements.</param>
/// <param name="Accuracy">Share of targets whose class had the largest output; null for forecasts.</param>
/// <param name="Report">The task's own figures, with the baselines where there are some.</param>
public sealed record EvaluationResult(
    DataSplit Split, double Loss, long Count, double? Accuracy, EvaluationReport Report)
{
    /// <summary>Back-test of a forecast, oldest origin first; empty where none was asked for.</summary>
    public IReadOnlyList<OriginScores> Origins { get; init; } = [];
}

/// <summary>Evaluates a model on a split.</summary>
public static class Evaluator
{
    /// <summary>Runs the model once over a split.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Path of the data or <c>builtin:NAME</c>; null takes what the model was trained
    /// on.</param>
    /// <param name="split">The split, cut as the plan says.</param>
    /// <param name="threads">Threads to share the work; the result is the same on any number.</param>
    /// <param name="rolling">Origins of a back-test; null for none.</param>
    /// <exception cref="BadInputException">The data cannot be used with this model, or it has no such back-test.</exception>
    public static EvaluationResult Evaluate(
        ModelFile model, string? data, DataSplit split, int threads = 1, int? rolling = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        if (rolling is not null && model.Card.Plan.Task != DataTask.Forecast)
            throw new BadInputException("--rolling: goes with a model that forecasts; leave it out");
        return SplitRun.Evaluate(
            model.Model, model.Parameters, model.OpenData(data), split, model.Card.Plan.Shards, threads, rolling);
    }
}
