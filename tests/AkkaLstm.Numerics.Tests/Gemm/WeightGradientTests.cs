using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Tests.Gemm;

public sealed class WeightGradientTests
{
    private static readonly SimdPath[] Paths = [SimdPath.Portable, SimdPath.Avx2, SimdPath.Avx512];

    /// <summary>(T, B, S): one and many shards, sums of one row, sums longer than a chunk of 128 rows.</summary>
    public static TheoryData<int, int, int> Rows() => new()
    {
        { 1, 1, 1 }, { 1, 8, 8 }, { 3, 5, 1 }, { 2, 6, 2 }, { 7, 12, 4 }, { 5, 16, 8 }, { 3, 64, 32 }, { 50, 3, 1 }, { 150, 4, 2 }, { 1, 260, 1 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Multiply_AnyShape_AgreesWithTwinAndAllPathsToTheBit(int timeSteps, int lanes, int shardCount)
    {
        int[] sizes = [1, 5, 6, 15, 16, 17, 33, 64, 65, 100, 130];
        for (int i = 0; i < sizes.Length; i++)
        {
            var product = new Product(timeSteps, lanes, sizes[i], sizes[(i * 7 + timeSteps) % sizes.Length]);
            (float[] c, float[] sums) = product.Run(SimdPath.Portable, shardCount);
            TestValues.AssertClose(NaiveGemm.MultiplyTransposed(product.A, product.B, product.M, product.N), c, timeSteps * lanes, product.Name);
            var ones = new float[timeSteps * lanes];
            Array.Fill(ones, 1f);
            TestValues.AssertClose(NaiveGemm.MultiplyTransposed(product.A, ones, product.M, 1), sums, timeSteps * lanes, product.Name);
            foreach (SimdPath path in Paths)
            {
                (float[] other, float[] otherSums) = product.Run(path, shardCount);
                TestValues.AssertSameBits(c, other, $"{product.Name} on {path}");
                TestValues.AssertSameBits(sums, otherSums, $"sums, {product.Name} on {path}");
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void Multiply_ShardsOfOneCall_GiveTheSameBitsAsTheSumOfItsHalves(int shardCount)
    {
        var product = new Product(timeSteps: 9, lanes: 32, m: 40, n: 70);

        (float[] c, float[] sums) = product.Run(SimdPaths.Current, shardCount);

        (float[] left, float[] leftSums) = product.Take(0, 16).Run(SimdPaths.Current, shardCount / 2);
        (float[] right, float[] rightSums) = product.Take(16, 16).Run(SimdPaths.Current, shardCount / 2);
        TestValues.AssertSameBits(c, Add(left, right), "product");
        TestValues.AssertSameBits(sums, Add(leftSums, rightSums), "sums");
    }

    [Fact]
    public void Multiply_OneShard_IsOneChainInOrderOfTimeAndLane()
    {
        var product = new Product(timeSteps: 150, lanes: 2, m: 3, n: 2);

        (float[] c, float[] sums) = product.Run(SimdPaths.Current, 1);

        float chain = 0, sum = 0;
        for (int row = 0; row < 300; row++)
        {
            chain = MathF.FusedMultiplyAdd(product.A[row * 3 + 1], product.B[row * 2 + 1], chain);
            sum += product.A[row * 3 + 1];
        }

        Assert.Equal(chain, c[1 * 2 + 1]);
        Assert.Equal(sum, sums[1]);
    }

    [Fact]
    public void Multiply_InterleavedGates_GoToTheRowsOfTheirGate()
    {
        // 3 gates of 20 units: blocks of 16 columns of gates 0, 1, 2, then of the last 4 units of each.
        const int gates = 3, units = 20, columns = 96;
        var product = new Product(timeSteps: 2, lanes: 3, m: gates * units, n: 10);
        (float[] expected, float[] expectedSums) = product.Run(SimdPaths.Current, 1);
        var interleaved = new float[6 * columns];
        Array.Fill(interleaved, float.NaN);
        for (int row = 0; row < 6; row++)
        {
            for (int m = 0; m < gates * units; m++)
            {
                (int gate, int unit) = Math.DivRem(m, units);
                interleaved[row * columns + (unit / 16 * gates + gate) * 16 + unit % 16] = product.A[row * gates * units + m];
            }
        }

        var b = new Activations(2, 3, 10);
        b.CopyFrom(product.B);
        var c = new float[gates * units * 10];
        var sums = new float[gates * units];
        WeightGradient.Multiply(
            SimdPaths.Current, MatrixView.RowMajor(interleaved, 2, 3, columns, columns), new InterleavedRows(gates, units), 1,
            b.View(), c, b.View(), default, sums);

        TestValues.AssertSameBits(expected, c, "product");
        TestValues.AssertSameBits(expectedSums, sums, "sums");
    }

    [Fact]
    public void Multiply_TwoInputs_GivesTheBitsOfEachAlone()
    {
        var first = new Product(timeSteps: 4, lanes: 6, m: 35, n: 10);
        var second = new Product(timeSteps: 4, lanes: 6, m: 35, n: 90);
        var a = new Activations(4, 6, 35);
        a.CopyFrom(first.A);
        Activations b0 = first.Inputs(), b1 = second.Inputs();
        float[] c0 = new float[35 * 10], c1 = new float[35 * 90];

        WeightGradient.Multiply(SimdPaths.Current, a.View(), new InterleavedRows(1, 35), 2, b0.View(), c0, b1.View(), c1, default);

        TestValues.AssertSameBits(first.Run(SimdPaths.Current, 2).C, c0, "first");
        TestValues.AssertSameBits(second.Run(SimdPaths.Current, 2).C, c1, "second");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(8)]
    public void Multiply_ShardsThatDoNotDivideTheLanes_Throws(int shardCount)
    {
        var a = new Activations(1, 4, 5);
        Assert.Throws<ArgumentException>(() => WeightGradient.Multiply(a.View(), a.View(), shardCount, new float[25], default));
    }

    [Fact]
    public void Multiply_SizesThatDoNotFit_Throws()
    {
        var a = new Activations(2, 4, 5);
        var b = new Activations(1, 8, 5);
        Assert.Throws<ArgumentException>(() => WeightGradient.Multiply(a.View(), b.View(), 1, new float[25], default));
        Assert.Throws<ArgumentException>(() => WeightGradient.Multiply(a.View(), a.View(), 1, new float[24], default));
        Assert.ThrowsAny<ArgumentException>(() => WeightGradient.Multiply(a.View(), a.View(), 1, new float[25], new float[6]));
    }

    private static float[] Add(float[] left, float[] right)
    {
        var sum = new float[left.Length];
        for (int i = 0; i < sum.Length; i++)
            sum[i] = left[i] + right[i];
        return sum;
    }

    /// <summary>A, (T, B, M), and B, (T, B, N), row-major.</summary>
    private sealed class Product(int timeSteps, int lanes, int m, int n)
    {
        public int M => m;

        public int N => n;

        public string Name => $"T {timeSteps}, B {lanes}, M {m}, N {n}";

        public float[] A { get; private init; } = TestValues.Random(timeSteps * lanes * m, 1);

        public float[] B { get; private init; } = TestValues.Random(timeSteps * lanes * n, 2);

        public Product Take(int first, int count) => new(timeSteps, count, m, n) { A = Lanes(A, m, first, count), B = Lanes(B, n, first, count) };

        public Activations Inputs()
        {
            var b = new Activations(timeSteps, lanes, n);
            b.CopyFrom(B);
            return b;
        }

        /// <summary>A row-major, B as activations, which is how a head's gradient is computed.</summary>
        public (float[] C, float[] Sums) Run(SimdPath path, int shardCount)
        {
            float[] c = new float[m * n], sums = new float[m];
            Array.Fill(c, float.NaN);
            Array.Fill(sums, float.NaN);
            MatrixView b = Inputs().View();
            WeightGradient.Multiply(
                path, MatrixView.RowMajor(A, timeSteps, lanes, m, m), new InterleavedRows(1, m), shardCount, b, c, b, default, sums);
            return (c, sums);
        }

        private float[] Lanes(float[] rows, int columns, int first, int count)
        {
            var taken = new float[timeSteps * count * columns];
            for (int step = 0; step < timeSteps; step++)
                Array.Copy(rows, (step * lanes + first) * columns, taken, step * count * columns, count * columns);
            return taken;
        }
    }
}
