namespace AkkaLstm.Data.Classification;

/// <summary>Always the class that training has most of; the first of equal ones.</summary>
internal sealed class MajorityMethod : IClassificationMethod
{
    private readonly int _class;

    /// <summary>Counts the training part.</summary>
    internal MajorityMethod(IReadOnlyList<EncodedSequence> training, IReadOnlyList<string> labels)
    {
        var counts = new int[labels.Count];
        foreach (EncodedSequence sequence in training)
            counts[sequence.Class]++;
        _class = Array.IndexOf(counts, counts.Max());
        Description = $"always {labels[_class]}";
    }

    /// <inheritdoc/>
    public string Name => "majority";

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public int Classify(EncodedSequence sequence) => _class;
}
