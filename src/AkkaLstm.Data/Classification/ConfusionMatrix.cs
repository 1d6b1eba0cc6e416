namespace AkkaLstm.Data.Classification;

/// <summary>How often each class was taken for each, and what follows from it.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[][] _counts;

    /// <summary>An empty matrix.</summary>
    /// <param name="labels">Labels of the classes.</param>
    public ConfusionMatrix(IReadOnlyList<string> labels)
    {
        Labels = labels;
        _counts = [.. labels.Select(_ => new long[labels.Count])];
    }

    /// <summary>Labels of the classes.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Sequences of class [actual] that were taken for class [predicted].</summary>
    public IReadOnlyList<IReadOnlyList<long>> Counts => _counts;

    /// <summary>Sequences in all.</summary>
    public long Total => _counts.Sum(row => row.Sum());

    /// <summary>Share of sequences whose class was found.</summary>
    public double Accuracy => (double)Labels.Index().Sum(label => _counts[label.Index][label.Index]) / Total;

    /// <summary>Mean F1 of the classes that occur, as actual or as predicted ones: each class counts the same, however rare.</summary>
    public double MacroF1
    {
        get
        {
            ClassScores[] there = [.. Enumerable.Range(0, Labels.Count).Select(Scores).Where(scores => scores.Support + scores.Predicted > 0)];
            return there.Length == 0 ? double.NaN : there.Average(scores => scores.F1);
        }
    }

    /// <summary>Counts one sequence.</summary>
    public void Add(int actual, int predicted) => _counts[actual][predicted]++;

    /// <summary>Figures of one class.</summary>
    public ClassScores Scores(int index)
    {
        long right = _counts[index][index];
        return new ClassScores(Labels[index], right, _counts.Sum(row => row[index]), _counts[index].Sum());
    }

    /// <summary>Accuracy and macro-F1, with stable names.</summary>
    internal IReadOnlyList<Metric> ToMetrics() => [new("accuracy", Accuracy), new("macroF1", MacroF1)];
}

/// <summary>Figures of one class.</summary>
/// <param name="Label">Its label.</param>
/// <param name="Right">Its sequences that were taken for it.</param>
/// <param name="Predicted">All sequences that were taken for it.</param>
/// <param name="Support">All its sequences.</param>
public readonly record struct ClassScores(string Label, long Right, long Predicted, long Support)
{
    /// <summary>Right / Predicted; 0 where nothing was taken for it.</summary>
    public double Precision => Predicted == 0 ? 0 : (double)Right / Predicted;

    /// <summary>Right / Support; 0 where it does not occur.</summary>
    public double Recall => Support == 0 ? 0 : (double)Right / Support;

    /// <summary>Harmonic mean of precision and recall, 2 Right / (Predicted + Support); 0 where both are.</summary>
    public double F1 => Predicted + Support == 0 ? 0 : 2.0 * Right / (Predicted + Support);

    /// <summary>The figures with stable names.</summary>
    internal TargetScores ToTargetScores() =>
        new(Label, [new("precision", Precision), new("recall", Recall), new("f1", F1), new("support", Support)]);
}
