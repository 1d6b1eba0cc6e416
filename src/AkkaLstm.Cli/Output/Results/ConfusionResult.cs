using AkkaLstm.Data.Classification;

namespace AkkaLstm.Cli.Output.Results;

/// <summary>A confusion matrix in JSON results.</summary>
/// <param name="Labels">Labels of the classes.</param>
/// <param name="Counts">Sequences of class [actual] that were taken for class [predicted].</param>
internal sealed record ConfusionResult(IReadOnlyList<string> Labels, IReadOnlyList<IReadOnlyList<long>> Counts)
{
    /// <summary>From a report; null where there is none.</summary>
    public static ConfusionResult? Of(ConfusionMatrix? confusion) =>
        confusion is null ? null : new ConfusionResult(confusion.Labels, confusion.Counts);
}
