using AkkaLstm.Data;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Inference;

/// <summary>Loss and figures of a model on one split of a data set.</summary>
/// <param name="Split">Which split; null: a whole file.</param>
/// <param name="Loss">Mean loss: nats per target, or squared error in normalised units.</param>
/// <param name="Count">Counted elements.</param>
/// <param name="Accuracy">Share of targets whose class had the largest output; null for forecasts.</param>
/// <param name="Report">The task's own figures, with the baselines where there are some.</param>
public sealed record EvaluationResult(
    DataSplit? Split, double Loss, long Count, double? Accuracy, EvaluationReport Report)
{
    /// <summary>Back-test of a forecast, oldest origin first; empty where none was asked for.</summary>
    public IReadOnlyList<OriginScores> Origins { get; init; } = [];
}

/// <summary>Evaluates a model on a split.</summary>
public static class Evaluator
{
    /// <summary>Runs the model once over a split, or over all there is.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Path of the data or <c>builtin:NAME</c>; null takes what the model was trained
    /// on.</param>
    /// <param name="split">The split, cut as the plan says; null: the whole file that <paramref name="data"/> names. Baselines
    /// that need a training part are left out then.</param>
    /// <param name="threads">Threads to share the work; the result is the same on any number.</param>
    /// <param name="rolling">Origins of a back-test; null for none.</param>
    /// <exception cref="BadInputException">The data cannot be used with this model, or it has no such split or back-test.</exception>
    public static EvaluationResult Evaluate(
        ModelFile model, string? data, DataSplit? split, int threads = 1, int? rolling = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        if (rolling is not null && model.Card.Plan.Task != DataTask.Forecast)
            throw new BadInputException("--rolling: goes with a model that forecasts; leave it out");
        DataSet opened = split is null ? OpenWhole(model, data) : model.OpenData(data);
        EvaluationResult result = SplitRun.Evaluate(
            model.Model, model.Parameters, opened, Require(opened, split), model.Card.Plan.Shards, threads, rolling);
        return result with { Split = split };
    }

    private static DataSet OpenWhole(ModelFile model, string? data) =>
        data is null || model.Card.Plan.Task == DataTask.Synthetic
            ? throw new BadInputException(
                "--split all: goes with a file that --data names; what a model was trained on has the parts train, valid and test")
            : model.OpenData(data, isWhole: true);

    /// <summary>The split to run over. A whole file is opened as one test part.</summary>
    private static DataSplit Require(DataSet data, DataSplit? asked)
    {
        DataSplit split = asked ?? DataSplit.Test;
        if (data.Has(split))
            return split;
        IEnumerable<string> others = Enum.GetValues<DataSplit>().Where(data.Has).Select(ChoiceNames.NameOf);
        throw new BadInputException(
            $"{data.Name}: has no {ChoiceNames.NameOf(split)} part, because it is cut as in training; "
            + $"give --split {string.Join(" or ", others)}, or judge a whole file with --data FILE --split all");
    }
}
