using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Planning;

public class CostMeasurementTests
{
    [Theory]
    [InlineData(8, 2)]
    [InlineData(4, 4)]
    [InlineData(3, 1)]
    public async Task MeasureAsync_SmallPlan_HasEverySizeAndEveryCost(int batch, int shards)
    {
        TrainingPlan plan = TrainingPlan.Resolve(
            new PlanOptions { Hidden = 4, Batch = batch, Shards = shards, Window = 6, Horizon = 2 });

        StepCosts costs = await CostMeasurement.MeasureAsync(plan, TestRuns.Engine, cores: 2, CancellationToken.None);

        int finest = batch & -batch;
        int[] expected = [.. CapacityPlanner.PowersOfTwo.TakeWhile(d => d <= finest).Select(d => batch / d).Order()];
        Assert.Equal(expected, costs.Compute.Select(point => point.Lanes));
        Assert.All(costs.Compute, point => Assert.True(point.Seconds > 0 && point.GradientBytes > 0));
        Assert.All([costs.PackSeconds, costs.ReduceSeconds, costs.ApplySeconds], seconds => Assert.True(seconds > 0));
        Assert.Equal([1, 2, 4], costs.EmptySteps.Select(step => step.Workers));
        Assert.All(costs.EmptySteps, step => Assert.True(step.Seconds > 0));
        Assert.True(costs.CrowdFactor >= 1);
        Assert.Equal(costs.Compute[0].GradientBytes, costs.ParameterBytes); // no embedding: all dense
        Assert.Equal(0, costs.CarryBytes); // windows of a forecast start from zero
        Assert.Equal(1, costs.LargestSliceShare(1));
    }

    [Fact]
    public async Task VerifyAsync_SmallPlan_TrainsAndCompares()
    {
        TrainingPlan plan = Fixtures.SmallPlan();
        StepCosts costs = await CostMeasurement.MeasureAsync(plan, TestRuns.Engine, cores: 2, CancellationToken.None);

        VerifiedStep step = await PlanVerification.VerifyAsync(plan, costs, 2, TestRuns.Engine, CancellationToken.None);

        Assert.Equal(2, step.Workers);
        Assert.True(step.MeasuredSeconds > 0);
        Assert.Equal(step.PredictedSeconds / step.MeasuredSeconds, step.Ratio);
    }

    [Fact]
    public async Task MeasureAsync_Stopped_Ends()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => CostMeasurement.MeasureAsync(Fixtures.SmallPlan(), TestRuns.Engine, cores: 1, stop.Token));
    }
}
