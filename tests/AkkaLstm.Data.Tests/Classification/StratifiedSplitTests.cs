using AkkaLstm.Data.Classification;

namespace AkkaLstm.Data.Tests.Classification;

/// <summary>Every label has its share in every part, and a sequence stays where it is.</summary>
public sealed class StratifiedSplitTests
{
    private static readonly DataOptions Options = new() { Data = "x", Window = 1, Batch = 1, Seed = 3 };

    [Fact]
    public void Of_LabelsOfUnequalFrequency_GivesEachItsShare()
    {
        SequenceRecord[] sequences = [.. Many("often", 200), .. Many("rare", 20)];

        DataSplit[] parts = StratifiedSplit.Of(sequences, Options with { ValidFraction = 0.1, TestFraction = 0.25 });

        Assert.Equal((130, 20, 50), Sizes(parts[..200]));
        Assert.Equal((13, 2, 5), Sizes(parts[200..]));
    }

    [Fact]
    public void Of_OtherOrderOfTheFile_PutsTheSameSequencesInTheSameParts()
    {
        SequenceRecord[] sequences = [.. Many("a", 40), .. Many("b", 40)];
        SequenceRecord[] reversed = [.. sequences.Reverse()];

        DataSplit[] parts = StratifiedSplit.Of(sequences, Options);
        DataSplit[] others = StratifiedSplit.Of(reversed, Options);

        Assert.Equal(parts, others.Reverse());
    }

    [Fact]
    public void Of_OneMoreSequence_MovesAtMostOneAcrossEachBorder()
    {
        SequenceRecord[] sequences = [.. Many("a", 100)];

        DataSplit[] before = StratifiedSplit.Of(sequences, Options);
        DataSplit[] after = StratifiedSplit.Of([.. sequences, Record("new", "a")], Options);

        Assert.InRange(before.Zip(after).Count(pair => pair.First != pair.Second), 0, 2);
    }

    [Fact]
    public void Of_OtherSeed_DrawsOthers()
    {
        SequenceRecord[] sequences = [.. Many("a", 100)];

        Assert.NotEqual(StratifiedSplit.Of(sequences, Options), StratifiedSplit.Of(sequences, Options with { Seed = 4 }));
    }

    private static (int Train, int Valid, int Test) Sizes(DataSplit[] parts) =>
        (parts.Count(p => p == DataSplit.Train), parts.Count(p => p == DataSplit.Valid), parts.Count(p => p == DataSplit.Test));

    private static IEnumerable<SequenceRecord> Many(string label, int count) =>
        Enumerable.Range(0, count).Select(i => Record($"{label}{i}", label));

    private static SequenceRecord Record(string id, string label) => new(id, label, id, [1], null);
}
