using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Training.Tests.Sessions;

public class SlowestWorkerTests
{
    [Fact]
    public void Of_OneWorker_IsNobody() => Assert.Null(SlowestWorker.Of([Timing(0, 8, 1)]));

    [Fact]
    public void Of_WorkersWithoutShards_DoNotCount() =>
        Assert.Null(SlowestWorker.Of([Timing(0, 8, 1), Timing(1, 0, 5)]));

    [Theory]
    [InlineData(1.2, false)]
    [InlineData(1.3, true)]
    public void Of_TwoWorkers_SetsOneBesideTheOther(double factor, bool matters)
    {
        SlowestWorker slowest = SlowestWorker.Of([Timing(0, 4, 4 * factor), Timing(1, 4, 4)])!;

        Assert.Equal(0, slowest.Index);
        Assert.Equal(factor, slowest.Factor, 1e-6);
        Assert.Equal(factor, slowest.SecondsPerShard, 1e-6);
        Assert.Equal(matters, slowest.Matters);
    }

    [Fact]
    public void Of_MoreShards_AreNotSlowness()
    {
        SlowestWorker slowest = SlowestWorker.Of([Timing(0, 30, 30), Timing(1, 10, 20), Timing(2, 20, 20)])!;

        Assert.Equal(1, slowest.Index);
        Assert.Equal(2, slowest.Factor, 1e-6);
    }

    private static WorkerTiming Timing(int index, int shards, double computeSeconds) => new(
        NodeId.Worker(index), shards, TimeSpan.FromSeconds(computeSeconds), TimeSpan.Zero, TimeSpan.Zero);
}
