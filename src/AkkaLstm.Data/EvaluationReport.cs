using AkkaLstm.Data.Classification;

namespace AkkaLstm.Data;

/// <summary>Figures of the model and of the methods it is held against, on the same targets.</summary>
/// <param name="Methods">The model first, then the baselines.</param>
public sealed record EvaluationReport(IReadOnlyList<MethodScores> Methods)
{
    /// <summary>Name of the model's own row in <see cref="Methods"/>.</summary>
    public const string ModelName = "model";

    /// <summary>Classification: which class the model took for which; else null.</summary>
    public ConfusionMatrix? Confusion { get; init; }

    /// <summary>Forecast with quantiles: how each of them held; else empty.</summary>
    public IReadOnlyList<QuantileScores> Quantiles { get; init; } = [];

    /// <summary>The model's own figures.</summary>
    public MethodScores Model => Methods[0];
}

/// <summary>How a forecast quantile held.</summary>
/// <param name="Quantile">Which.</param>
/// <param name="Share">Share of the values that came that were at most as large; near the quantile if it held.</param>
/// <param name="Loss">Mean quantile loss in the data's own units.</param>
public sealed record QuantileScores(double Quantile, double Share, double Loss);

/// <summary>Figures of the forecast from one origin.</summary>
/// <param name="Origin">Date of the last known row, or its number from 0.</param>
/// <param name="Methods">The model first, then the baselines.</param>
public sealed record OriginScores(string Origin, IReadOnlyList<MethodScores> Methods);

/// <summary>Figures of one method.</summary>
/// <param name="Method">Stable name: <c>model</c>, <c>persistence</c>, <c>seasonal-naive</c>, <c>ar</c>, <c>majority</c>, <c>centroid</c>.</param>
/// <param name="Description">For people: the method with its settings, e.g. <c>AR(17)</c>.</param>
/// <param name="Metrics">Over all targets.</param>
/// <param name="Targets">For each target column, or each class, apart, where there are several; else empty.</param>
public sealed record MethodScores(
    string Method, string Description, IReadOnlyList<Metric> Metrics, IReadOnlyList<TargetScores> Targets)
{
    /// <summary>
    /// The value of a metric, or null where it is not defined (for instance MASE on a constant series).
    /// </summary>
    public double? this[string metric]
    {
        get
        {
            foreach (Metric candidate in Metrics)
            {
                if (candidate.Name == metric)
                    return candidate.Value;
            }

            return null;
        }
    }
}

/// <summary>Figures for one target column or one class.</summary>
public sealed record TargetScores(string Column, IReadOnlyList<Metric> Metrics);

/// <summary>One figure.</summary>
/// <param name="Name">Stable name, e.g. <c>rmse</c>, <c>perplexity</c>.</param>
/// <param name="Value">Its value.</param>
public readonly record struct Metric(string Name, double Value);
