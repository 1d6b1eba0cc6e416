using AkkaLstm.Training.Planning;

namespace AkkaLstm.Training.Tests.Planning;

public class CapacityPlannerTests
{
    [Fact]
    public void Plan_OneProcess_StopsPayingAtTheCores()
    {
        CapacityPlan plan = new CapacityPlanner(Costs.Typical, link: null).Plan([1, 2, 4]);

        Assert.Equal([1, 2, 4], plan.Rows.Select(row => row.Step.Workers));
        Assert.Equal(1, plan.Rows[0].Speedup, 1e-12);
        Assert.Equal(1, plan.Rows[0].Efficiency, 1e-12);
        Assert.Equal(2, plan.Limit.Best.Step.Workers);
        Assert.Equal(StopReason.Efficiency, plan.Limit.Reason);
        Assert.Same(plan.Limit, plan.Choice);
    }

    [Fact]
    public void Plan_NearlyPerfectNetwork_StopsPayingAtTheShardsAndChoosesMoreOfThem()
    {
        StepCosts costs = Costs.Typical with
        {
            PackSeconds = 0, ReduceSeconds = 0, ReducePartSeconds = 0, ApplySeconds = 0,
        };

        CapacityPlan plan = new CapacityPlanner(costs, Costs.Perfect).Plan([1]);

        Assert.Equal(8, plan.Limit.Best.Step.Workers);
        Assert.Equal(StopReason.Shards, plan.Limit.Reason);
        Assert.Equal(32, plan.Choice.Best.Step.Shards); // of 64, a lane each, efficiency falls to 50 % and below
        Assert.Equal(32, plan.Choice.Best.Step.Workers);
    }

    [Fact]
    public void Plan_SlowNetwork_DoesNotPay()
    {
        CapacityPlan plan = new CapacityPlanner(Costs.Typical, new NetworkLink(1e6, 1e-3)).Plan([1, 2]);

        Assert.Equal(1, plan.Limit.Best.Step.Workers);
        Assert.Equal(StopReason.Efficiency, plan.Limit.Reason);
        Assert.True(plan.Rows[0].Speedup < 1, "one worker over a network is slower than one in one process");
    }

    [Fact]
    public void RowOf_FatGradients_TakesMoreServersAndThinOnesFew()
    {
        StepCosts fat = Costs.Typical with
        {
            Compute = [.. Costs.Typical.Compute.Select(p => p with { GradientBytes = 4e7 })],
        };
        StepCosts thin = Costs.Typical with
        {
            ParameterBytes = 4e3,
            CarryBytes = 0,
            Compute = [.. Costs.Typical.Compute.Select(p => p with { GradientBytes = 4e3 })],
            ReduceSeconds = 1e-6,
            ReducePartSeconds = 1e-6,
            ApplySeconds = 1e-6,
        };

        Assert.Equal(1, new CapacityPlanner(thin, Costs.TenGigabit).RowOf(8, 8).Step.Servers);
        Assert.True(new CapacityPlanner(fat, Costs.TenGigabit).RowOf(8, 8).Step.Servers >= 4);
    }

    [Fact]
    public void LimitOf_FixedCostsThatRuleTheStep_GainsTooLittle()
    {
        StepCosts costs = Costs.Typical with
        {
            Compute = [new(64, 8, 1e-9, 1)],
            EmptySteps = [new(1, 1), new(2, 0.5), new(4, 0.49), new(8, 0.48)],
            Cores = 1024,
            CrowdFactor = 1,
        };
        StepCosts bare = costs with { PackSeconds = 0, ReduceSeconds = 0, ReducePartSeconds = 0, ApplySeconds = 0 };

        PayingLimit limit = new CapacityPlanner(bare, link: null).LimitOf(8);

        Assert.Equal(StopReason.Gain, limit.Reason);
        Assert.Equal(2, limit.Best.Step.Workers);
    }

    [Fact]
    public void DefaultWorkers_OfANetwork_GoTo1024AndOfAProcessToItsShards()
    {
        Assert.Equal(1024, new CapacityPlanner(Costs.Typical, Costs.TenGigabit).DefaultWorkers.Last());
        Assert.Equal(
            [1, 2, 4, 6, 8], new CapacityPlanner(Costs.Typical with { Cores = 6, Shards = 2 }, null).DefaultWorkers);
    }
}
