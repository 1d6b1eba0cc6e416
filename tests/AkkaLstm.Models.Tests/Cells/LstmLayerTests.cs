using AkkaLstm.Models.Cells;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Tests.Cells;

public sealed class LstmLayerTests
{
    /// <summary>(T, B, I, H): one of everything, odd sizes, both sides of the vector and panel boundaries.</summary>
    public static TheoryData<int, int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int, int>();
        int[] sizes = [1, 3, 7, 15, 16, 17, 31, 33, 50, 65];
        for (int i = 0; i < sizes.Length; i++)
        {
            for (int lanes = 1; lanes <= 9; lanes += 2)
                shapes.Add(1 + (i + lanes) % 5, lanes, sizes[i], sizes[(i * 3 + lanes) % sizes.Length]);
        }

        shapes.Add(2, 100, 5, 20);
        shapes.Add(3, 8, 150, 130);
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ForwardBackward_AnyShape_AgreesWithTwin(int timeSteps, int lanes, int inputSize, int hiddenSize)
    {
        var window = new LstmCase(timeSteps, lanes, inputSize, hiddenSize);

        LstmResult result = window.Run(SimdPaths.Current);

        NaiveLstm twin = window.RunTwin();
        NaiveLstm.Gradients gradients = twin.Backward(LstmCase.ToDouble(window.DOutput));
        AssertClose(twin.Outputs, result.Outputs, "outputs");
        AssertClose(gradients.Input, result.DInput, "input gradient");
        AssertClose(gradients.InputWeights, result.DInputWeights, "weight_ih gradient");
        AssertClose(gradients.HiddenWeights, result.DHiddenWeights, "weight_hh gradient");
        AssertClose(gradients.Bias, result.DInputBias, "bias_ih gradient");
        AssertClose(gradients.Bias, result.DHiddenBias, "bias_hh gradient");
        for (int lane = 0; lane < lanes; lane++)
        {
            ReadOnlySpan<float> carry = result.CarryOut.AsSpan(lane * 2 * hiddenSize, 2 * hiddenSize);
            AssertClose(twin.HiddenAt(timeSteps).Slice(lane * hiddenSize, hiddenSize), carry[..hiddenSize], "carried h");
            AssertClose(twin.StateAt(timeSteps).Slice(lane * hiddenSize, hiddenSize), carry[hiddenSize..], "carried c");
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ForwardBackward_EveryPath_GivesTheSameBits(int timeSteps, int lanes, int inputSize, int hiddenSize)
    {
        var window = new LstmCase(timeSteps, lanes, inputSize, hiddenSize);

        LstmResult portable = window.Run(SimdPath.Portable);

        foreach (SimdPath path in (SimdPath[])[SimdPath.Avx2, SimdPath.Avx512])
        {
            foreach ((var expected, var actual) in portable.All.Zip(window.Run(path).All))
                AssertSameBits(expected.Values, actual.Values, $"{expected.Name} on {path}");
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void ForwardBackward_CutIntoShards_GivesTheSameBitsAsTheirTree(int shardCount)
    {
        var window = new LstmCase(timeSteps: 5, lanes: 24, inputSize: 11, hiddenSize: 37);

        LstmResult whole = window.Run(SimdPaths.Current, shardCount);

        int half = window.Lanes / 2;
        LstmResult left = window.Take(0, half).Run(SimdPaths.Current, shardCount / 2);
        LstmResult right = window.Take(half, half).Run(SimdPaths.Current, shardCount / 2);
        AssertSameBits(window.TakeLanes(whole.Outputs, 5, 37, 0, half), left.Outputs, "left outputs");
        AssertSameBits(window.TakeLanes(whole.Outputs, 5, 37, half, half), right.Outputs, "right outputs");
        AssertSameBits(window.TakeLanes(whole.DInput, 5, 11, half, half), right.DInput, "right input gradient");
        AssertSameBits(window.TakeLanes(whole.CarryOut, 1, 74, half, half), right.CarryOut, "right carry");
        AssertSameBits(whole.DInputWeights, Add(left.DInputWeights, right.DInputWeights), "weight_ih gradient");
        AssertSameBits(whole.DHiddenWeights, Add(left.DHiddenWeights, right.DHiddenWeights), "weight_hh gradient");
        AssertSameBits(whole.DHiddenBias, Add(left.DHiddenBias, right.DHiddenBias), "bias gradient");
    }

    [Fact]
    public void ForwardBackward_OnceWarm_AllocatesNothing()
    {
        var window = new LstmCase(timeSteps: 6, lanes: 8, inputSize: 20, hiddenSize: 24);
        RecurrentCell cell = RecurrentCell.Of(CellKind.Lstm);
        var weights = new RecurrentWeights(cell, 20, 24, hasInputGradient: true);
        var input = new Activations(6, 8, 20);
        var workspace = new RecurrentWorkspace(cell, 24, 6, 8);
        var dOutput = new Activations(6, 8, 24);
        var dInput = new Activations(6, 8, 20);
        var result = new LstmResult(window);
        Step();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            Step();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            weights.Load(window.InputWeights, window.HiddenWeights, window.InputBias, window.HiddenBias);
            input.CopyFrom(window.Input);
            cell.Forward(weights, input.View(), workspace, window.Carry, result.CarryOut, 48);
            dOutput.CopyFrom(window.DOutput);
            cell.Backward(weights, input.View(), workspace, dOutput, dInput, shardCount: 4, new RecurrentGradient
            {
                InputWeights = result.DInputWeights,
                HiddenWeights = result.DHiddenWeights,
                InputBias = result.DInputBias,
                HiddenBias = result.DHiddenBias,
            });
        }
    }

    private static float[] Add(float[] left, float[] right) => Array.ConvertAll(
        Enumerable.Range(0, left.Length).ToArray(), i => left[i] + right[i]);

    private static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = 1;
        foreach (double value in expected)
            largest = Math.Max(largest, Math.Abs(value));
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 2e-6 * largest, $"{what} [{i}]: {actual[i]:R} is not {expected[i]:R}");
    }

    private static void AssertSameBits(float[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]),
                $"{what} [{i}]: {actual[i]:R} is not {expected[i]:R} to the bit");
        }
    }
}
