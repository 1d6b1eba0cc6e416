using AkkaLstm.Training.Planning;

namespace AkkaLstm.Training.Tests.Planning;

public class StepModelTests
{
    private const double Tiny = 1e-12;
    private const double EmptyStep = 8e-6;

    [Fact]
    public void Local_OneWorker_IsTheSumOfItsPieces()
    {
        StepPrediction step = StepModel.Local(Costs.Typical, shards: 8, workers: 1, servers: 1);

        Assert.Equal(65e-3, step.ComputeSeconds, Tiny);
        Assert.Equal(5e-3, step.ServerSeconds, Tiny);
        Assert.Equal(EmptyStep, step.MessageSeconds, Tiny);
        Assert.Equal(0, step.TransferSeconds);
        Assert.Equal(70e-3 + EmptyStep, step.StepSeconds, Tiny);
    }

    [Fact]
    public void Local_TwoWorkersAndServersOnTwoCores_ShareEverythingAndCrowd()
    {
        StepPrediction step = StepModel.Local(Costs.Typical, shards: 8, workers: 2, servers: 2);

        Assert.Equal(0.5e-3 + (1.2 * 33e-3), step.ComputeSeconds, Tiny);
        Assert.Equal(0.5 * 5.5e-3, step.ServerSeconds, Tiny);
        Assert.Equal(60e-6, step.MessageSeconds, Tiny);
    }

    [Fact]
    public void Local_MoreWorkersThanCores_AreBoundedByTheCores()
    {
        StepPrediction step = StepModel.Local(Costs.Typical, shards: 8, workers: 8, servers: 1);

        // Eight orders of 8 lanes on two cores.
        Assert.Equal(0.5e-3 + (1.2 * 4 * 9e-3), step.ComputeSeconds, Tiny);
    }

    [Fact]
    public void Local_ThreeWorkers_WaitForTheOneWithThreeShards()
    {
        StepCosts costs = Costs.Typical with { Cores = 4, CrowdFactor = 1 };

        StepPrediction step = StepModel.Local(costs, shards: 8, workers: 3, servers: 1);

        // 0..1, 2..4 and 5..7; three shards in a row are no subtree: one order of two shards and one of one.
        Assert.Equal((1e-3 / 3) + 17e-3 + 9e-3, step.ComputeSeconds, Tiny);
        Assert.Equal(2e-3 + (4 * 0.5e-3) + 3e-3, step.ServerSeconds, Tiny);
    }

    [Fact]
    public void Local_OtherShards_CostTheirDifference()
    {
        StepCosts costs = Costs.Typical with { ShardSeconds = 0.1e-3 };

        double eight = StepModel.Local(costs, shards: 8, workers: 1, servers: 1).ComputeSeconds;
        double sixtyFour = StepModel.Local(costs, shards: 64, workers: 1, servers: 1).ComputeSeconds;

        Assert.Equal(56 * 0.1e-3, sixtyFour - eight, Tiny);
    }

    [Fact]
    public void Networked_OneWorkerOnAPerfectNetwork_IsTheLocalStep()
    {
        StepPrediction local = StepModel.Local(Costs.Typical, shards: 8, workers: 1, servers: 1);

        StepPrediction step = StepModel.Networked(Costs.Typical, shards: 8, workers: 1, servers: 1, Costs.Perfect);

        Assert.Equal(local.StepSeconds, step.StepSeconds, Tiny);
        Assert.Equal(0, step.TransferSeconds, Tiny);
    }

    [Fact]
    public void Networked_OneWorkerAndServer_PaysSevenLatenciesAndEveryByteOnce()
    {
        StepPrediction step = StepModel.Networked(
            Costs.Typical, shards: 8, workers: 1, servers: 1, Costs.TenGigabit);

        Assert.Equal((7 * 100e-6) + EmptyStep, step.MessageSeconds, Tiny);

        // Parameters and carries there, gradient and carries back: nothing is computed meanwhile.
        Assert.Equal(((4e6 + 64e3) + (4e6 + 64e3)) / 1.25e9, step.TransferSeconds, Tiny);
    }

    [Fact]
    public void Networked_OneServerOfFourWorkers_SendsAndReceivesForAll()
    {
        StepPrediction step = StepModel.Networked(
            Costs.Typical, shards: 8, workers: 4, servers: 1, Costs.TenGigabit);

        Assert.Equal(((4 * (4e6 + 64e3)) + (4 * 4e6) + 64e3) / 1.25e9, step.TransferSeconds, Tiny);
    }

    [Fact]
    public void Networked_FirstOfTwoSubtrees_TravelsWhileTheSecondIsComputed()
    {
        // Three workers of 8 shards: one has a lone shard (9 ms) before two more (17 ms), each 4 MB of 3.2 ms.
        var slow = new NetworkLink(1.25e9, 0);
        StepCosts costs = Costs.Typical with { CarryBytes = 0 };

        StepPrediction many = StepModel.Networked(costs, shards: 8, workers: 3, servers: 16, slow);

        // Pulled whole (3.2 ms); of what is pushed only the last gradient comes after the mathematics.
        Assert.Equal(3.2e-3 + 3.2e-3, many.TransferSeconds, Tiny);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(64)]
    public void Networked_BetterNetwork_IsNeverSlower(int workers)
    {
        double last = double.PositiveInfinity;
        foreach (double bytes in (double[])[1e6, 1e8, 1e9, 1e10, double.PositiveInfinity])
        {
            double step = StepModel.Networked(
                Costs.Typical, shards: 8, workers, servers: 2, new NetworkLink(bytes, 1e-4)).StepSeconds;
            Assert.True(step <= last, $"{bytes} bytes a second: {step} after {last}");
            last = step;
        }

        Assert.True(StepModel.Networked(Costs.Typical, 8, workers, 2, Costs.Perfect).StepSeconds < last);
    }

    [Fact]
    public void Networked_MoreWorkersThanShards_ChangesNothing()
    {
        StepPrediction eight = StepModel.Networked(Costs.Typical, 8, workers: 8, servers: 4, Costs.TenGigabit);
        StepPrediction thousand = StepModel.Networked(Costs.Typical, 8, workers: 1024, servers: 4, Costs.TenGigabit);

        Assert.Equal(8, thousand.ActiveWorkers);
        Assert.Equal(eight.StepSeconds, thousand.StepSeconds, Tiny);
    }

    [Fact]
    public void Networked_PerfectNetwork_ComputeFallsWithEveryDoubling()
    {
        double last = double.PositiveInfinity;
        for (int workers = 1; workers <= 64; workers *= 2)
        {
            double compute = StepModel.Networked(Costs.Typical, 64, workers, 1, Costs.Perfect).ComputeSeconds;
            Assert.True(compute < last, $"{workers} workers: {compute} after {last}");
            Assert.True(compute >= last / 2 || double.IsInfinity(last), "smaller orders are not more efficient");
            last = compute;
        }
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(8, 0, 1)]
    [InlineData(8, 1, 0)]
    public void Local_CountBelowOne_Throws(int shards, int workers, int servers) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StepModel.Local(Costs.Typical, shards, workers, servers));
}
