using AkkaLstm.Data;

namespace AkkaLstm.Cli.Output.Results;

/// <summary>Figures of one method in JSON results.</summary>
/// <param name="Method">model, persistence, seasonal-naive, ar, majority or centroid.</param>
/// <param name="Description">For people.</param>
/// <param name="Metrics">By name.</param>
/// <param name="Targets">By target column or class, where there are several.</param>
internal sealed record MethodResult(
    string Method,
    string Description,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>? Targets)
{
    /// <summary>The figures of a report, the model first.</summary>
    public static IReadOnlyList<MethodResult> Of(EvaluationReport report) => Of(report.Methods);

    /// <summary>The figures of some methods.</summary>
    public static IReadOnlyList<MethodResult> Of(IReadOnlyList<MethodScores> methods) =>
        [.. methods.Select(
            m => new MethodResult(m.Method, m.Description, ByName(m.Metrics), TargetsOf(m)))];

    private static Dictionary<string, double> ByName(IReadOnlyList<Metric> metrics) =>
        metrics.ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal);

    private static Dictionary<string, IReadOnlyDictionary<string, double>>? TargetsOf(MethodScores scores) =>
        scores.Targets.Count == 0
        ? null
        : scores.Targets.ToDictionary(
            t => t.Column, t => (IReadOnlyDictionary<string, double>)ByName(t.Metrics), StringComparer.Ordinal);
}
