using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Models.Tests.Cells;

/// <summary>What the paper says of modules and clocks, beside what every cell must hold.</summary>
public sealed class ClockworkTests
{
    private const int Hidden = 6;
    private static readonly ModelSpec Spec =
        TestModels.Values(hidden: Hidden, layers: 1) with { Cell = CellKind.Clockwork, ModuleCount = 3 };

    [Fact]
    public void Forward_UnitsWithPeriods_ChangeInTheirTurnOnly()
    {
        float[][] outputs = OutputsOf(windows: [1, 1, 1, 1, 1, 1, 1, 1, 1]);

        for (int t = 1; t < outputs.Length; t++)
        {
            for (int unit = 0; unit < Hidden; unit++)
            {
                int period = 1 << (unit / 2);
                Assert.Equal(t % period == 0, outputs[t][unit] != outputs[t - 1][unit]);
            }
        }
    }

    [Fact]
    public void Forward_OtherWindows_TheClocksGoOn() =>
        Assert.Equal(OutputsOf(windows: [1, 1, 1, 1, 1, 1, 1, 1, 1])[^1], OutputsOf(windows: [5, 3, 1])[^1]);

    [Fact]
    public void ForwardBackward_WeightsFromFasterModules_HaveNoGradient()
    {
        var step = new ModelStep(Spec, 9, 2);
        step.Weights.Load(TestModels.RandomParameters(Spec, seed: 1));
        step.ForwardBackward(TestModels.RandomBatch(Spec, 9, 2, seed: 2), 1, default, new float[2 * Spec.CarryLength]);

        float[] gradient = step.GradientOf(step.Model.Layout.Layer(0).HiddenWeight);

        for (int i = 0; i < gradient.Length; i++)
            Assert.Equal(i % Hidden / 2 >= i / Hidden / 2, gradient[i] != 0);
    }

    /// <summary>h after each of some windows over the same 9 steps.</summary>
    private static float[][] OutputsOf(int[] windows)
    {
        var step = new ModelStep(Spec, 9, 1);
        step.Weights.Load(TestModels.RandomParameters(Spec, seed: 1));
        float[] inputs = TestModels.RandomFloats(9 * Spec.InputSize, seed: 3);
        float[] carry = new float[Spec.CarryLength];
        var outputs = new List<float[]>();
        int first = 0;
        foreach (int length in windows)
        {
            SequenceBatch batch = TestModels.RandomBatch(Spec, length, 1, seed: 2, resets: 0);
            inputs.AsSpan(first * Spec.InputSize, length * Spec.InputSize).CopyTo(batch.Values);
            step.ForwardBackward(batch, 1, default, carry);
            carry = step.CarryOut;
            outputs.Add(carry[..Hidden]);
            first += length;
        }

        return [.. outputs];
    }
}
