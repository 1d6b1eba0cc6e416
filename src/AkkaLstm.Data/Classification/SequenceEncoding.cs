using AkkaLstm.Data.Forecasting;
using AkkaLstm.Data.Text;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Classification;

/// <summary>
/// What turns a sequence and its label into numbers: fitted on the training part only and saved with the model.
/// </summary>
/// <param name="Labels">Label of each class (output of the model), in ordinal order; at least two.</param>
/// <param name="Features">Sequences of values: their features with scales. Null for texts.</param>
/// <param name="Vocabulary">Texts: the tokens. Null for values.</param>
public sealed record SequenceEncoding(
    IReadOnlyList<string> Labels, IReadOnlyList<ColumnScale>? Features, Vocabulary? Vocabulary)
{
    /// <summary>Numbers (or token ids) that the model knows in a step.</summary>
    internal int InputSize => Vocabulary?.Size ?? Features!.Count;

    /// <summary>Fits scales or a vocabulary, and takes the labels.</summary>
    internal static SequenceEncoding Fit(string path, SequenceTable table, IReadOnlyList<SequenceRecord> training, DataOptions options)
    {
        string[] labels = [.. training.Select(sequence => sequence.Label!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (labels.Length < 2)
        {
            throw new BadInputException(
                $"{path}: the training part has {(labels.Length == 0 ? "no sequence" : $"only the label '{labels[0]}'")}; "
                + "give sequences of at least two labels.");
        }

        if (table.Features is not { } features)
            return new SequenceEncoding(labels, null, FitVocabulary(training, options));
        var scales = new ColumnScale[features.Count];
        for (int i = 0; i < scales.Length; i++)
        {
            double[] column = [.. training.SelectMany(sequence => sequence.Values.Where((_, k) => k % scales.Length == i))];
            scales[i] = NormalizerFit.Scale(features[i], column, step => PlaceOf(training, step * scales.Length));
        }

        return new SequenceEncoding(labels, scales, null);
    }

    /// <summary>The sequence in the model's numbers.</summary>
    /// <param name="sequence">As the file has it.</param>
    /// <param name="maxLength">Steps that are kept, the last ones; null: all.</param>
    /// <exception cref="BadInputException">
    /// It has no token, a label that the model does not know, or a value that is out of reach.
    /// </exception>
    internal EncodedSequence Encode(SequenceRecord sequence, int? maxLength)
    {
        int known = sequence.Label is null ? EncodedSequence.NoClass : ClassOf(sequence);
        if (Vocabulary is { } vocabulary)
        {
            int[] tokens = vocabulary.Encode(sequence.Text!);
            if (tokens.Length == 0)
                throw new BadInputException($"{sequence.Place}: the text has no words; remove the line.");
            return new EncodedSequence(sequence, known, [], Last(tokens, maxLength, 1), 1);
        }

        int size = Features!.Count;
        float[] values = [.. sequence.Values.Select((value, k) => Features[k % size].Normalize(value))];
        int far = Array.FindIndex(values, value => !ColumnScale.IsWithinReach(value));
        if (far >= 0)
            throw Features[far % size].OutOfReach($"{sequence.Place}: step {(far / size) + 1} of the sequence that begins here");
        return new EncodedSequence(sequence, known, Last(values, maxLength, size), [], size);
    }

    /// <summary>Checks that a file holds what the model reads.</summary>
    /// <exception cref="BadInputException">Texts for values, or another number of features.</exception>
    internal void Require(string path, SequenceTable table)
    {
        if ((table.Features is null) != (Features is null))
        {
            throw new BadInputException(
                $"{path}: holds {(table.Features is null ? "texts" : "sequences of numbers")}; "
                + $"give {(Features is null ? "texts" : "sequences of numbers")}, as in training.");
        }

        if (table.Features is { } features && features.Count != Features!.Count)
        {
            throw new BadInputException(
                $"{path}: has {features.Count} numbers a step; give {Features.Count}, as in training: "
                + $"{string.Join(", ", Features.Select(feature => feature.Column))}.");
        }
    }

    /// <summary>Checks values that come from a file.</summary>
    /// <exception cref="BadInputException">They cannot be used.</exception>
    internal void Validate(string place)
    {
        bool usable = Labels.Count >= 2 && Labels.Distinct(StringComparer.Ordinal).Count() == Labels.Count
            && (Features is null) != (Vocabulary is null)
            && Features?.Count != 0
            && (Features ?? []).All(scale => double.IsFinite(scale.Mean) && double.IsFinite(scale.Deviation) && scale.Deviation > 0);
        Vocabulary?.Validate(place);
        if (!usable)
        {
            throw new BadInputException(
                $"{place}: the labels, scales or vocabulary of a classifier are not whole; take the file that was saved with the model.");
        }
    }

    private static Vocabulary FitVocabulary(IReadOnlyList<SequenceRecord> training, DataOptions options)
    {
        // Words need something between two texts; of characters it would become one.
        VocabularyKind kind = options.Tokens ?? VocabularyKind.Words;
        string separator = kind == VocabularyKind.Words ? " " : "";
        TextPieces pieces = TextPieces.Cut(string.Join(separator, training.Select(sequence => sequence.Text)), kind);
        return Vocabulary.Build(kind, pieces, pieces.Ids.Length, options.MaxVocabulary);
    }

    /// <summary>Where the sequence begins that has a value of the training part.</summary>
    private static string PlaceOf(IReadOnlyList<SequenceRecord> training, int value)
    {
        int sequence = 0;
        while (value >= training[sequence].Values.Length)
            value -= training[sequence++].Values.Length;
        return training[sequence].Place;
    }

    private static T[] Last<T>(T[] steps, int? maxLength, int size) =>
        maxLength is { } most && (long)most * size < steps.Length ? steps[^(most * size)..] : steps;

    private int ClassOf(SequenceRecord sequence)
    {
        for (int i = 0; i < Labels.Count; i++)
        {
            if (Labels[i] == sequence.Label)
                return i;
        }

        string some = string.Join(", ", Labels.Take(10).Select(label => CsvText.Shorten(label))) + (Labels.Count > 10 ? ", ..." : "");
        throw new BadInputException(
            $"{sequence.Place}: the label '{CsvText.Shorten(sequence.Label!)}' is not in the training part, which has: {some}; "
            + "correct it or leave the sequence out.");
    }
}
