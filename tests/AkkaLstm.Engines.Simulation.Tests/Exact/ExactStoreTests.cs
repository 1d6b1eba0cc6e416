using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation.Tests.Exact;

public sealed class ExactStoreTests
{
    private readonly ExactStore _store = new();

    [Fact]
    public void Write_ThenRead_IsTheSame()
    {
        string id = _store.Write(Order(4));

        Assert.Equal([1L, 2, 3, 4], _store[id].State);
        Assert.Equal([5L, 0], _store[id].Carries);
        Assert.Equal(Progress(4), _store[id].Progress);
    }

    [Fact]
    public void NewestValid_EveryBitOfTheNewestFlipped_FallsBackToTheOlder()
    {
        string older = _store.Write(Order(4));
        for (int i = 0; i < 200; i++)
        {
            var store = new ExactStore();
            store.Write(Order(4));
            store.Write(Order(8));
            Assert.True(store.FlipBit(new SeededRandom((ulong)i)));

            // One of the two is damaged; the other is what is left.
            string?[] whole = [.. store.Ids.Where(id => store.Fingerprint(id) is not null)];
            Assert.Equal(Assert.Single(whole), store.NewestValid()?.Id);
        }

        Assert.Equal(older, _store.NewestValid()?.Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WritePart_AnyFraction_IsNoCheckpoint(bool isFlushLost)
    {
        string older = _store.Write(Order(4));
        for (double fraction = 0; fraction < 1; fraction += 0.01)
        {
            _store.WritePart(Order(8), fraction, isFlushLost);
            Assert.Equal((older, Progress(4)), _store.NewestValid());
        }

        Assert.Equal(isFlushLost ? 2 : 1, _store.Ids.Count);
    }

    [Fact]
    public void Wipe_AfterWrites_LeavesNothing()
    {
        string id = _store.Write(Order(4));

        _store.Wipe();

        Assert.Null(_store.NewestValid());
        Assert.Throws<CheckpointLostException>(() => _store[id]);
    }

    private static JobProgress Progress(long step) =>
        new() { Step = step, StepInEpoch = (int)step, EpochLoss = new LossTotal(0.5, 3, 1), PolicyState = "state" };

    private static WriteCheckpoint Order(long step) => new(
        new Fence("run", Term: 1, Generation: 1, step),
        Progress(step),
        [new ExactPayload([1, 2]), new ExactPayload([3, 4])],
        [new ExactPayload([5]), null],
        CheckpointReason.Interval,
        IsBest: false);
}
