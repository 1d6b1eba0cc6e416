using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Models.Tests;

public class VanishingGradientTests
{
    public static TheoryData<CellKind> Kinds => [.. Enum.GetValues<CellKind>().Where(kind => !RecurrentCell.Of(kind).IsFixed)];

    /// <summary>
    /// With forget gates near 1/2 a gradient halves at every step back, and after 150 steps it would be denormal:
    /// every product with it then takes a hundred times as long. It must have become zero before.
    /// </summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void ForwardBackward_OneTargetAfterManySteps_LeavesNoDenormalGradients(CellKind kind)
    {
        const int timeSteps = 300;
        ModelSpec spec = TestModels.OfCell(TestModels.Values(layers: 2), kind);
        var step = new ModelStep(spec, timeSteps, 2);
        step.Weights.Load(TestModels.RandomParameters(spec, seed: 1, scale: 0.2f));
        SequenceBatch batch = TestModels.RandomBatch(spec, timeSteps, 2, seed: 2);
        Array.Clear(batch.TargetMask);
        batch.TargetMask.AsSpan((timeSteps - 1) * 2, 2).Fill(true);
        step.ForwardBackward(batch, 1, default, new float[2 * spec.CarryLength]);

        // Without a forget gate the gradient need not vanish: that is what the carousel is for. Normalisation scales it up.
        bool isKept = kind is CellKind.Lstm1997 or CellKind.LstmNfg or CellKind.LstmLayernorm;
        foreach (RecurrentWorkspace layer in step.Workspace.Layers.SelectMany(layer => layer.Directions))
        {
            Span<float> dGates = layer.Gates.Data;
            foreach (float value in dGates)
                Assert.False(float.IsSubnormal(value), $"{value} is denormal");
            Assert.True(isKept || dGates[..(dGates.Length / 4)].IndexOfAnyExcept(0f) < 0, "the gradient has not vanished early on");
            Assert.True(dGates[^(dGates.Length / 4)..].IndexOfAnyExcept(0f) >= 0, "there is no gradient at all");
        }
    }
}
