using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Tests.Cells;

/// <summary>What every registered cell must hold; a new kind is covered without a line here.</summary>
public sealed class CellLayerTests
{
    private const double Tolerance = 4e-6;

    /// <summary>(T, B, I, H): one of everything, odd sizes, both sides of the vector and panel boundaries.</summary>
    public static TheoryData<CellKind, int, int, int, int> Shapes()
    {
        var shapes = new TheoryData<CellKind, int, int, int, int>();
        int[] sizes = [1, 3, 7, 15, 16, 17, 31, 33, 50, 65];
        foreach (CellKind kind in CellCase.AllKinds)
        {
            int smallest = kind == CellKind.LstmProjected ? 2 : 1;
            for (int i = 0; i < sizes.Length; i++)
            {
                for (int lanes = 1; lanes <= 9; lanes += 2)
                    shapes.Add(kind, 1 + (i + lanes) % 5, lanes, sizes[i], Math.Max(smallest, sizes[(i * 3 + lanes) % sizes.Length]));
            }

            shapes.Add(kind, 2, 100, 5, 20);
            shapes.Add(kind, 3, 8, 150, 130);
        }

        return shapes;
    }

    public static TheoryData<CellKind> Kinds => [.. CellCase.AllKinds];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ForwardBackward_AnyShape_AgreesWithTwin(CellKind kind, int timeSteps, int lanes, int inputSize, int hiddenSize)
    {
        var window = new CellCase(kind, timeSteps, lanes, inputSize, hiddenSize);

        CellResult result = window.Run(SimdPaths.Current);

        TwinResult twin = window.RunTwin();
        AssertClose(twin.Outputs, result.Outputs, "outputs");
        AssertClose(twin.CarryOut, result.CarryOut, "carry");
        AssertClose(twin.Depth, result.Depth, "states for the layer above");
        AssertClose(twin.DInput, result.DInput, "input gradient");
        AssertClose(twin.DBelow, result.DBelow, "gradient of the states of the layer below");
        foreach (TensorInfo tensor in window.Layout.Tensors.Where(tensor => tensor.End <= window.Layout.HeadWeight.Offset))
        {
            AssertClose(
                twin.DParameters.AsSpan(tensor.Offset, tensor.Length), result.DParameters.AsSpan(tensor.Offset, tensor.Length), tensor.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ForwardBackward_EveryPath_GivesTheSameBits(CellKind kind, int timeSteps, int lanes, int inputSize, int hiddenSize)
    {
        var window = new CellCase(kind, timeSteps, lanes, inputSize, hiddenSize);

        CellResult portable = window.Run(SimdPath.Portable);

        foreach (SimdPath path in (SimdPath[])[SimdPath.Avx2, SimdPath.Avx512])
        {
            foreach (((string name, float[] expected), (_, float[] actual)) in portable.All.Zip(window.Run(path).All))
                AssertSameBits(expected, actual, $"{name} on {path}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ForwardBackward_CutIntoShards_GivesTheSameBitsAsTheirTree(CellKind kind)
    {
        var window = new CellCase(kind, timeSteps: 5, lanes: 24, inputSize: 11, hiddenSize: 37);
        int half = window.Lanes / 2;
        foreach (int shardCount in (int[])[2, 4, 8])
        {
            CellResult whole = window.Run(SimdPaths.Current, shardCount);

            CellResult left = window.Take(0, half).Run(SimdPaths.Current, shardCount / 2);
            CellResult right = window.Take(half, half).Run(SimdPaths.Current, shardCount / 2);
            int outputSize = window.OutputSize;
            AssertSameBits(window.TakeLanes(whole.Outputs, 5, outputSize, 0, half), left.Outputs, "left outputs");
            AssertSameBits(window.TakeLanes(whole.Outputs, 5, outputSize, half, half), right.Outputs, "right outputs");
            AssertSameBits(window.TakeLanes(whole.DInput, 5, 11, half, half), right.DInput, "right input gradient");
            AssertSameBits(window.TakeLanes(whole.CarryOut, 1, window.CarryLength, half, half), right.CarryOut, "right carry");
            float[] sums = [.. left.DParameters.Zip(right.DParameters, (a, b) => a + b)];
            AssertSameBits(whole.DParameters, sums, "parameter gradients");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ForwardBackward_OnceWarm_AllocatesNothing(CellKind kind)
    {
        var run = new CellRun(new CellCase(kind, timeSteps: 6, lanes: 8, inputSize: 20, hiddenSize: 24));
        run.Step(SimdPaths.Current, shardCount: 4);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            run.Step(SimdPaths.Current, shardCount: 4);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = 1;
        foreach (double value in expected)
            largest = Math.Max(largest, Math.Abs(value));
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Tolerance * largest, $"{what} [{i}]: {actual[i]:R} is not {expected[i]:R}");
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
