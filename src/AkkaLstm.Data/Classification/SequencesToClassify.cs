namespace AkkaLstm.Data.Classification;

/// <summary>All sequences of a file, with or without labels, ready for a trained classifier.</summary>
public sealed class SequencesToClassify
{
    private readonly EncodedSequence[] _sequences;
    private readonly ClassificationSource _source;

    private SequencesToClassify(EncodedSequence[] sequences, SourceShape shape)
    {
        _sequences = sequences;
        _source = new ClassificationSource(sequences, shape, seed: null);
    }

    /// <summary>Batches of the sequences; their targets mark the last steps and say nothing of the class.</summary>
    public ISequenceSource Source => _source;

    /// <summary>Sequences in the file.</summary>
    public int Count => _sequences.Length;

    /// <summary>Opens a file.</summary>
    /// <param name="options">What the model's plan says about data, with the file.</param>
    /// <param name="encoding">What was saved with the model.</param>
    /// <exception cref="Numerics.BadInputException">The file cannot be used with the model.</exception>
    public static SequencesToClassify Open(DataOptions options, SequenceEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(encoding);
        var columns = SequenceColumns.Of(options, encoding, needsLabels: false);
        SequenceTable table = ClassificationDataSet.Read(options.Data, "--data", columns, out _)!;
        encoding.Require(options.Data, table);
        EncodedSequence[] sequences = [.. table.Sequences.Select(sequence => encoding.Encode(sequence, options.MaxLength))];

        // A few long sequences should not ask for the memory of a whole batch of them.
        int lanes = Math.Min(options.Batch, sequences.Length);
        return new SequencesToClassify(sequences, ClassificationDataSet.ShapeOf(encoding, sequences, lanes));
    }

    /// <summary>What the file calls a sequence.</summary>
    public string Id(int sequence) => _sequences[sequence].Record.Id;

    /// <summary>The class of a sequence as its label says; null where it has none.</summary>
    public int? ClassOf(int sequence) => _sequences[sequence].Class is var known and >= 0 ? known : null;

    /// <summary>The sequence in a lane of a batch of <see cref="Source"/>, and its last time step; null where there is none.</summary>
    public (int Sequence, int LastStep)? At(int step, int lane) =>
        _source.SequenceAt(epoch: 0, step, lane) is var sequence and not LengthBuckets.Empty
            ? (sequence, _sequences[sequence].Length - 1)
            : null;
}
