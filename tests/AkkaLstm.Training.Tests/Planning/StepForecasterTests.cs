using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Training.Tests.Planning;

public class StepForecasterTests
{
    [Fact]
    public void OnStep_TwentyStepsAndASecond_ForecastsOnce()
    {
        var forecaster = new StepForecaster(batch: 64, shards: 8, workers: 1);

        List<ScalingForecast> forecasts =
            [.. Enumerable.Range(0, 60).Select(_ => Feed(forecaster, 1, 100, 80)).OfType<ScalingForecast>()];

        ScalingForecast forecast = Assert.Single(forecasts);

        // 20 ms stay, 80 ms are shared: 60 ms of two workers, 40 of four; of eight 30, less than half efficient.
        Assert.Equal(2, forecast.More);
        Assert.Equal(100.0 / 60, forecast.Speedup, 1e-9);
        Assert.Equal(4, forecast.PayingWorkers);
        Assert.Equal(StopReason.Efficiency, forecast.Reason);
        Assert.Equal(0.1, forecast.StepSeconds, 1e-9);
    }

    [Fact]
    public void OnStep_NineteenSteps_AreTooFew()
    {
        var forecaster = new StepForecaster(batch: 64, shards: 8, workers: 1);

        Assert.All(Enumerable.Range(0, 19), _ => Assert.Null(Feed(forecaster, 1, 100, 80)));
        Assert.NotNull(Feed(forecaster, 1, 100, 80));
    }

    [Fact]
    public void OnStep_ShortSteps_WaitForASecond()
    {
        var forecaster = new StepForecaster(batch: 64, shards: 8, workers: 1);

        int step = 1;
        while (Feed(forecaster, 1, 2, 1) is null)
            step++;

        Assert.Equal(500, step);
    }

    [Fact]
    public void OnStep_FourStepsOfASecond_AreEnough()
    {
        var forecaster = new StepForecaster(batch: 64, shards: 8, workers: 2);

        Assert.All(Enumerable.Range(0, 3), _ => Assert.Null(Feed(forecaster, 2, 1000, 990)));
        ScalingForecast forecast = Feed(forecaster, 2, 1000, 990)!;

        Assert.Equal(4, forecast.More);
        Assert.Equal(1000 / (10 + (990 / 2.0)), forecast.Speedup, 1e-9);
        Assert.Equal(8, forecast.PayingWorkers);
        Assert.Equal(StopReason.Shards, forecast.Reason);
    }

    [Fact]
    public void OnStep_OneDisturbedWorker_PromisesNoMoreThanTwiceForTwice()
    {
        var forecaster = new StepForecaster(batch: 64, shards: 8, workers: 2);
        ScalingForecast? forecast = null;
        for (int i = 0; i < 20; i++)
        {
            forecast = forecaster.OnStep(new StepReport(
                1, 0, 0, 1, 1, 0.1, 1, TimeSpan.Zero, TimeSpan.FromMilliseconds(100),
                [Timing(0, 4, 99, 100), Timing(1, 4, 20, 100)]));
        }

        Assert.InRange(forecast!.Speedup, 1, 2);
    }

    [Fact]
    public void OnStep_AllShardsInUse_SpeaksOfTheLimitOnly()
    {
        var forecaster = new StepForecaster(batch: 64, shards: 2, workers: 2);
        ScalingForecast? forecast = null;
        for (int i = 0; i < 20; i++)
            forecast = Feed(forecaster, 2, 100, 99, shards: 2);

        Assert.Equal(2, forecast!.More);
        Assert.Equal(1, forecast.Speedup, 0.01);
        Assert.Equal(2, forecast.PayingWorkers);
    }

    private static ScalingForecast? Feed(
        StepForecaster forecaster, int workers, double stepMs, double computeMs, int shards = 8)
    {
        WorkerTiming[] timings =
        [
            .. Enumerable.Range(0, workers).Select(w => Timing(w, shards / workers, computeMs, stepMs)),
        ];
        return forecaster.OnStep(new StepReport(
            1, 0, 0, 1, 1, 0.1, 1, TimeSpan.Zero, TimeSpan.FromMilliseconds(stepMs), timings));
    }
    private static WorkerTiming Timing(int worker, int shards, double computeMs, double stepMs) => new(
        NodeId.Worker(worker),
        shards,
        TimeSpan.FromMilliseconds(computeMs),
        Transfer: TimeSpan.Zero,
        TimeSpan.FromMilliseconds(stepMs - computeMs));
}
