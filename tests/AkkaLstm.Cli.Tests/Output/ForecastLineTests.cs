using AkkaLstm.Cli.Output.Progress;
using AkkaLstm.Training.Planning;

namespace AkkaLstm.Cli.Tests.Output;

public class ForecastLineTests
{
    [Theory]
    [InlineData(
        2, 8, 4, 1.84, 8,
        "forecast: 4 workers, a core each, would be up to 1.8x as fast (of 8 shards); more than 8 do not pay")]
    [InlineData(8, 8, 8, 1, 8, "forecast: more than 8 do not pay (of 8 shards)")]
    [InlineData(1, 1, 1, 1, 1, "forecast: more than one worker does not pay (of 1 shard)")]
    public void Forecast_OfARun_IsOneLine(
        int workers, int shards, int more, double speedup, int paying, string expected) =>
        Assert.Equal(
            expected,
            ProgressLines.Forecast(new ScalingForecast(
                workers, shards, StepSeconds: 0.1, more, speedup, paying, StopReason.Shards)));
}
