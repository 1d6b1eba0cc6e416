using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Tests.Support;

/// <summary>Small things that many tests need.</summary>
internal static class Fixtures
{
    /// <summary>A plan whose model has a few hundred parameters.</summary>
    public static TrainingPlan SmallPlan(long seed = 1) =>
        TrainingPlan.Resolve(new PlanOptions { Hidden = 3, Batch = 4, Window = 5, Horizon = 2, Seed = seed });

    public static ModelCard Card(TrainingPlan plan, string dataHash = "data") => new(
        plan,
        dataHash,
        new ModelSpec
        {
            Input = InputKind.Values,
            InputSize = 1,
            HiddenSize = plan.Hidden,
            OutputSize = 2,
            Loss = LossKind.SquaredError,
        },
        DataArtifacts.None);

    /// <summary>A state whose every float is different.</summary>
    public static TrainingState State(ModelCard card, int momentCount, float start)
    {
        int length = ParameterLayout.For(card.Model).TotalLength;
        float next = start;
        float[] Fill(int count) => [.. Enumerable.Range(0, count).Select(_ => next += 0.25f)];
        return new TrainingState(
            Fill(length),
            [.. Enumerable.Range(0, momentCount).Select(_ => Fill(length))],
            Fill(card.Plan.Batch * card.Model.CarryLength));
    }

    public static JobProgress Progress(long step) =>
        new() { Step = step, Epoch = 1, StepInEpoch = 2, PolicyState = "{\"x\":1}" };
}
