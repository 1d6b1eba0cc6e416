using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Policies;

namespace AkkaLstm.Training.Tests.Policies;

public sealed class JobPolicyTests
{
    private const int StepsPerEpoch = 10;

    private static JobPolicy Policy(PlanOptions options) =>
        new(
            TrainingPlan.Resolve(options with { Batch = 4, Lr = options.Lr ?? 0.5, Clip = options.Clip ?? 0 }),
            StepsPerEpoch);

    private static JobProgress At(long step, int epoch, string state = "") =>
        new() { Step = step, Epoch = epoch, StepInEpoch = (int)(step % StepsPerEpoch), PolicyState = state };

    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(3, 1.0)]
    [InlineData(4, 0.5)]
    [InlineData(6, 0.125)]
    public void DecideStep_StepSchedule_DecaysEachEpochAfter(int epoch, float expected)
    {
        JobPolicy policy = Policy(new PlanOptions { Lr = 1, LrDecay = 0.5, LrDecayAfter = 4 });

        Assert.Equal(
            expected, policy.DecideStep(At(epoch * StepsPerEpoch, epoch), new LossTotal(1, 1, 0), 1).LearningRate);
    }

    [Fact]
    public void DecideStep_Cosine_RisesThenFallsToZero()
    {
        JobPolicy policy = Policy(
            new PlanOptions { Lr = 1, Schedule = ScheduleKind.Cosine, WarmupSteps = 5, Epochs = 3 });
        float[] rates =
        [
            .. Enumerable.Range(0, 30).Select(
                step => policy.DecideStep(At(step, step / 10), new LossTotal(1, 1, 0), 1).LearningRate),
        ];

        Assert.Equal(0.2f, rates[0]);
        Assert.Equal(1f, rates[4]);
        Assert.All(Enumerable.Range(5, 24), i => Assert.True(rates[i + 1] < rates[i] || i == 5, $"rate {i}"));
        Assert.Equal(0f, rates[29], 1e-6f);
    }

    [Fact]
    public void DecideStep_ConstantWithWarmup_RisesLinearly()
    {
        JobPolicy policy = Policy(new PlanOptions { Lr = 1, WarmupSteps = 4 });

        Assert.Equal(
            [0.25f, 0.5f, 0.75f, 1f, 1f],
            Enumerable.Range(0, 5).Select(
                step => policy.DecideStep(At(step, 0), new LossTotal(1, 1, 0), 1).LearningRate));
    }

    [Theory]
    [InlineData(LossScale.Mean, 0, 0.125f)]
    [InlineData(LossScale.SumOverTime, 0, 0.25f)]
    [InlineData(LossScale.Mean, 1, 0.1f)]
    [InlineData(LossScale.Mean, 2, 0.125f)]
    public void DecideStep_SumOf8ElementsIn4Lanes_ScalesAndClips(LossScale lossScale, double clip, float expected)
    {
        JobPolicy policy = Policy(new PlanOptions { LossScale = lossScale, Clip = clip });

        StepDecision decision = policy.DecideStep(At(0, 0), new LossTotal(16, 8, 0), gradientNorm: 10);

        Assert.Equal(expected, decision.GradientScale);
        Assert.Null(decision.Failure);
    }

    [Theory]
    [InlineData(double.NaN, 1, "step 7: the loss is not finite; use a smaller --lr than 0.5 or --clip 1")]
    [InlineData(
        double.PositiveInfinity, 1, "step 7: the loss is not finite; use a smaller --lr than 0.5 or --clip 1")]
    [InlineData(1, double.NaN, "step 7: the gradient is not finite; use a smaller --lr than 0.5 or --clip 1")]
    public void DecideStep_NotFinite_FailsAndNamesStepAndRemedy(double loss, double norm, string expected)
    {
        Assert.Equal(
            expected, Policy(new PlanOptions()).DecideStep(At(7, 0), new LossTotal(loss, 1, 0), norm).Failure);
    }

    [Fact]
    public void DecideEpoch_Losses_TracksBestAndStopsAfterPatience()
    {
        JobPolicy policy = Policy(new PlanOptions { Patience = 2 });
        string state = "";
        var decisions = new List<EpochDecision>();
        double[] losses = [3, 2, 2.5, 2];
        for (int epoch = 0; epoch < losses.Length; epoch++)
        {
            decisions.Add(
                policy.DecideEpoch(
                    At(epoch * 10, epoch, state), new LossTotal(9, 1, 0), new LossTotal(losses[epoch], 1, 0)));
            state = decisions[^1].PolicyState;
        }

        Assert.Equal([true, true, false, false], decisions.Select(decision => decision.IsBest));
        Assert.Equal([false, false, false, true], decisions.Select(decision => decision.Stop));
        PolicyState end = policy.StateAt(At(40, 4, state));
        Assert.Equal((2.0, 1, 9.0, 2.0), (end.BestLoss, end.BestEpoch, end.TrainingLoss, end.ValidationLoss));
    }

    [Fact]
    public void DecideEpoch_Plateau_LowersTheRateAndItComesBackFromText()
    {
        var options = new PlanOptions { Lr = 1, Schedule = ScheduleKind.Plateau, LrDecay = 0.5, LrDecayAfter = 1 };
        string state = "";
        var rates = new List<float>();
        double[] losses = [3, 3, 3, 3, 3];
        for (int epoch = 0; epoch < losses.Length; epoch++)
        {
            JobPolicy fresh = Policy(options); // nothing but the progress carries over
            rates.Add(fresh.DecideStep(At(epoch * 10, epoch, state), new LossTotal(1, 1, 0), 1).LearningRate);
            state = fresh.DecideEpoch(
                At(epoch * 10, epoch, state), new LossTotal(1, 1, 0), new LossTotal(losses[epoch], 1, 0)).PolicyState;
        }

        Assert.Equal([1f, 1f, 1f, 0.5f, 0.5f], rates);
    }

    [Fact]
    public void DecideEpoch_NoValidation_TheNewestIsTheBest()
    {
        JobPolicy policy = Policy(new PlanOptions());
        string state = policy.DecideEpoch(At(10, 0), new LossTotal(1, 1, 0), null).PolicyState;

        Assert.True(policy.DecideEpoch(At(20, 1, state), new LossTotal(2, 1, 0), null).IsBest);
    }

    [Fact]
    public void DecideEpoch_AccuracyReached_StopsAndKeepsThatEpoch()
    {
        JobPolicy policy = Policy(new PlanOptions { Data = "builtin:reber", StopAtAccuracy = 0.75 });
        string state = "";
        var decisions = new List<EpochDecision>();
        (double Loss, long Right)[] epochs = [(1, 5), (2, 6)];
        foreach ((double loss, long right) in epochs)
        {
            decisions.Add(policy.DecideEpoch(
                At(decisions.Count * 10, decisions.Count, state), new LossTotal(9, 1, 0), new LossTotal(loss * 8, 8, right)));
            state = decisions[^1].PolicyState;
        }

        Assert.Equal([false, true], decisions.Select(decision => decision.Stop));
        Assert.True(decisions[1].IsBest); // although its loss is the larger one
        PolicyState end = policy.StateAt(At(20, 2, state));
        Assert.Equal((2.0, 1, true), (end.BestLoss, end.BestEpoch, end.IsAccuracyReached));
        Assert.DoesNotContain("sAccuracyReached", decisions[0].PolicyState, StringComparison.Ordinal);
    }

    [Fact]
    public void DecideEpoch_ValidationNotANumber_IsNotTheBestAndSaves()
    {
        EpochDecision decision = Policy(new PlanOptions()).DecideEpoch(
            At(10, 0), new LossTotal(1, 1, 0), new LossTotal(double.NaN, 1, 0));

        Assert.False(decision.IsBest);
        Assert.Null(PolicyState.Parse(decision.PolicyState, 1).BestLoss);
    }
}
