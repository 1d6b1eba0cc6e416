using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Tests;

/// <summary>What every source promises: a fill is a pure function of (source, epoch, step, lanes).</summary>
public sealed class SourcePurityTests : IDisposable
{
    private readonly TempFiles _files = new();

    public static TheoryData<string> Kinds => ["forecast", "char-lm", "word-lm", "reber", "adding", "temporal-order", "copy", "waves"];

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_AnyGroupingOfLanes_GivesTheSameLanes(string kind)
    {
        DataSet data = Open(kind);
        foreach (DataSplit split in Enum.GetValues<DataSplit>())
        {
            ISequenceSource source = data.Source(split);
            foreach (int step in new[] { 0, source.StepsPerEpoch - 1 })
            {
                string[] whole = Windows.Lanes(source, epoch: 1, step, source.Shape.Lanes);
                Assert.Equal(source.Shape.Lanes, whole.Length);
                Assert.Equal(whole, Windows.Lanes(source, epoch: 1, step, 1));
                Assert.Equal(whole, Windows.Lanes(source, epoch: 1, step, 3));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_FromManyThreadsAtOnce_GivesWhatOneThreadGives(string kind)
    {
        ISequenceSource source = Open(kind).Source(DataSplit.Train);
        string[] expected = [.. Enumerable.Range(0, 24).Select(i => Take(Open(kind).Source(DataSplit.Train), i))];
        string[] actual = [.. Enumerable.Range(0, 24).AsParallel().AsOrdered().WithDegreeOfParallelism(4)
            .Select(i => Take(source, i))];
        Assert.Equal(expected, actual);

        static string Take(ISequenceSource source, int i) =>
            string.Join('\n', Windows.Lanes(source, epoch: i / 6, i % source.StepsPerEpoch, 5));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_OnceWarm_AllocatesNothing(string kind)
    {
        ISequenceSource source = Open(kind).Source(DataSplit.Train);
        SequenceBatch batch = source.Shape.CreateBatch(source.Shape.Lanes);
        source.Fill(batch, 3, 0, 0, source.Shape.Lanes);
        source.Fill(batch, 3, 0, 0, source.Shape.Lanes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < source.StepsPerEpoch; step++)
            source.Fill(batch, 3, step, 0, source.Shape.Lanes);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TargetsPerEpoch_OverAllWindows_IsWhatCounts(string kind)
    {
        DataSet data = Open(kind);
        foreach (DataSplit split in Enum.GetValues<DataSplit>())
        {
            ISequenceSource source = data.Source(split);
            long count = 0;
            for (int step = 0; step < source.StepsPerEpoch; step++)
            {
                SequenceBatch batch = Windows.Fill(source, 0, step, 0, source.Shape.Lanes);
                count += batch.TargetSize == 0
                    ? batch.TargetClasses.Take(batch.TimeSteps * batch.Lanes).Count(target => target != SequenceBatch.IgnoredClass)
                    : batch.TargetMask.Count(counts => counts) * batch.TargetSize;
            }

            Assert.Equal(source.TargetsPerEpoch, count);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Open_SameContent_GivesSameHash(string kind)
    {
        Assert.Equal(Open(kind).Hash, Open(kind).Hash);
        Assert.Matches("^[0-9a-f]{64}$", Open(kind).Hash);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_OutOfRange_Throws(string kind)
    {
        ISequenceSource source = Open(kind).Source(DataSplit.Train);
        int lanes = source.Shape.Lanes;
        SequenceBatch batch = source.Shape.CreateBatch(lanes + 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Fill(batch, 0, source.StepsPerEpoch, 0, lanes));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Fill(batch, -1, 0, 0, lanes));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Fill(batch, 0, 0, 1, lanes));
        Assert.Throws<ArgumentException>(() => source.Fill(new SequenceBatch(200, lanes, 9, 9), 0, 0, 0, lanes));
    }

    private DataSet Open(string kind) => DataSets.Open(kind switch
    {
        "forecast" => new DataOptions { Data = "builtin:sunspots", Window = 24, Batch = 7, Horizon = 3, Seed = 5 },
        "char-lm" => new DataOptions { Data = Text(), Task = DataTask.CharLm, Window = 9, Batch = 7 },
        "word-lm" => new DataOptions { Data = Text(), Task = DataTask.WordLm, Window = 4, Batch = 7 },
        _ => new DataOptions
        {
            Data = "builtin:" + kind, Window = 33, Batch = 7, Seed = 5, TrainSequences = 45, EvaluationSequences = 20,
        },
    });

    private string Text() => _files.Write("text.txt", string.Concat(
        Enumerable.Range(0, 400).Select(i => $"line {i} of many\n")));
}
