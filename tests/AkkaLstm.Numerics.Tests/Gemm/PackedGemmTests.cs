using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Tests.Gemm;

public sealed unsafe class PackedGemmTests
{
    /// <summary>Floats around row-major results that no kernel may touch.</summary>
    private const int Guard = 40;

    private static readonly SimdPath[] Paths = [SimdPath.Portable, SimdPath.Avx2, SimdPath.Avx512];
    private static readonly int[] ColumnCounts = [1, 5, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 80, 127, 128, 130];

    /// <summary>(rows, depth): every height of a tile, one and several tiles, depths around blocks of 16 and chunks of 128.</summary>
    public static TheoryData<int, int> Sizes()
    {
        var sizes = new TheoryData<int, int>();
        int[] depths = [1, 2, 15, 16, 17, 48, 127, 128, 129, 145, 300];
        for (int rows = 1; rows <= 20; rows++)
            sizes.Add(rows, depths[rows % depths.Length]);
        foreach (int depth in depths)
            sizes.Add(7, depth);
        sizes.Add(97, 20);
        sizes.Add(200, 33);
        return sizes;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Run_RowMajor_AgreesWithTwinAndAllPathsToTheBit(int rows, int depth)
    {
        foreach (int columns in ColumnCounts)
        {
            foreach (TileStart start in Enum.GetValues<TileStart>())
            {
                var product = new Product(rows, depth, columns, start);
                float[] portable = product.RunRowMajor(SimdPath.Portable);
                TestValues.AssertClose(product.Twin(), portable, depth, $"N {columns}, start {start}");
                foreach (SimdPath path in Paths)
                    TestValues.AssertSameBits(portable, product.RunRowMajor(path), $"N {columns}, start {start}, {path}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Run_Activations_GivesTheBitsOfRowMajorAndZeroPadding(int rows, int depth)
    {
        foreach (int columns in ColumnCounts)
        {
            foreach (TileStart start in Enum.GetValues<TileStart>())
            {
                var product = new Product(rows, depth, columns, start);
                float[] expected = product.RunRowMajor(SimdPath.Portable);
                foreach (SimdPath path in Paths)
                    TestValues.AssertSameBits(expected, product.RunBlocked(path), $"N {columns}, start {start}, {path}");
            }
        }
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(6, 1)]
    public void Multiply_AnyGroupingOfRows_GivesTheSameBits(int timeSteps, int lanes)
    {
        var product = new Product(6, 37, 70, TileStart.Zero);
        var a = new Activations(timeSteps, lanes, 37);
        a.CopyFrom(product.A);
        var b = new PackedMatrix(37, 70);
        b.Pack(product.B);
        var c = new float[6 * 70];

        PackedGemm.Multiply(a.View(), b, MatrixView.RowMajor(c, timeSteps, lanes, 70, 70));

        TestValues.AssertSameBits(product.RunRowMajor(SimdPath.Portable), c, "product");
    }

    [Fact]
    public void MultiplyWithBias_ThenMultiplyAdd_ContinuesTheChain()
    {
        // One chain over K = 20 + 30 is the chain over 20 that the chain over 30 goes on from.
        var whole = new Product(5, 50, 33, TileStart.Bias);
        float[] expected = whole.RunRowMajor(SimdPath.Portable);
        PackedMatrix upper = Pack(whole.B.AsSpan(0, 20 * 33), 20), lower = Pack(whole.B.AsSpan(20 * 33), 30);
        var c = new float[5 * 33];
        MatrixView view = MatrixView.RowMajor(c, 1, 5, 33, 33);

        PackedGemm.MultiplyWithBias(MatrixView.ReadOnlyRowMajor(whole.A, 1, 5, 20, 50), upper, whole.Bias, view);
        PackedGemm.MultiplyAdd(MatrixView.RowMajor(whole.A.AsSpan(20), 1, 5, 30, 50), lower, view);

        TestValues.AssertSameBits(expected, c, "product");

        static PackedMatrix Pack(ReadOnlySpan<float> rows, int depth)
        {
            var packed = new PackedMatrix(depth, 33);
            packed.Pack(rows);
            return packed;
        }
    }

    [Fact]
    public void Multiply_SizesThatDoNotFit_Throws()
    {
        var b = new PackedMatrix(3, 4);
        var a = new float[6];
        var c = new float[8];
        Assert.Throws<ArgumentException>(() => PackedGemm.Multiply(MatrixView.RowMajor(a, 1, 3, 2, 2), b, MatrixView.RowMajor(c, 1, 2, 4, 4)));
        Assert.Throws<ArgumentException>(() => PackedGemm.Multiply(MatrixView.RowMajor(a, 1, 1, 3, 3), b, MatrixView.RowMajor(c, 1, 2, 4, 4)));
        Assert.Throws<ArgumentException>(() => PackedGemm.Multiply(MatrixView.RowMajor(a, 1, 2, 3, 3), b, MatrixView.RowMajor(c, 1, 2, 3, 3)));
        Assert.Throws<ArgumentException>(
            () => PackedGemm.Multiply(MatrixView.RowMajor(a, 1, 2, 3, 3), b, MatrixView.ReadOnlyRowMajor(c, 1, 2, 4, 4)));
        Assert.Throws<ArgumentException>(() => MatrixView.RowMajor(c, 1, 3, 4, 4));
    }

    [Fact]
    public void Run_ValuesThatAreNotFinite_PropagateToTheirElementsOnly()
    {
        var product = new Product(4, 9, 20, TileStart.Zero);
        product.A[2 * 9 + 3] = float.NaN;
        product.A[1 * 9 + 8] = float.PositiveInfinity;

        float[] c = product.RunRowMajor(SimdPaths.Current);

        for (int n = 0; n < 20; n++)
        {
            Assert.True(float.IsFinite(c[n]));
            Assert.True(float.IsInfinity(c[20 + n]));
            Assert.True(float.IsNaN(c[40 + n]));
            Assert.True(float.IsFinite(c[60 + n]));
        }
    }

    /// <summary>The operands of a product.</summary>
    private sealed class Product(int rows, int depth, int columns, TileStart start)
    {
        private readonly float[] _c = TestValues.Random(rows * columns, 3);

        public float[] A { get; } = TestValues.Random(rows * depth, 1);

        public float[] B { get; } = TestValues.Random(depth * columns, 2);

        public float[] Bias { get; } = TestValues.Random(columns, 4);

        public double[] Twin()
        {
            var from = new float[rows * columns];
            for (int i = 0; i < from.Length; i++)
                from[i] = start == TileStart.C ? _c[i] : start == TileStart.Bias ? Bias[i % columns] : 0;
            return NaiveGemm.Multiply(A, B, from, depth, columns);
        }

        /// <summary>With rows further apart than they are long, and guards around everything.</summary>
        public float[] RunRowMajor(SimdPath path)
        {
            int stride = columns + 3;
            var memory = new float[Guard + rows * stride + Guard];
            Array.Fill(memory, float.NaN);
            for (int row = 0; row < rows; row++)
                _c.AsSpan(row * columns, columns).CopyTo(memory.AsSpan(Guard + row * stride));
            MatrixView a = MatrixView.RowMajor(A, 1, rows, depth, depth);
            MatrixView c = MatrixView.RowMajor(memory.AsSpan(Guard), 1, rows, columns, stride);
            fixed (float* aOrigin = &a.Origin, cOrigin = &c.Origin)
                Run(path, a.At(aOrigin), c.At(cOrigin));

            var result = new float[rows * columns];
            for (int i = 0; i < memory.Length; i++)
            {
                (int row, int column) = Math.DivRem(i - Guard, stride);
                if (i >= Guard && row < rows && column < columns)
                    result[row * columns + column] = memory[i];
                else
                    Assert.True(float.IsNaN(memory[i]), $"wrote outside, at row {row}, column {column}");
            }

            return result;
        }

        public float[] RunBlocked(SimdPath path)
        {
            var a = new Activations(1, rows, depth);
            a.CopyFrom(A);
            var c = new Activations(1, rows, columns);
            c.Data.Fill(float.NaN);
            c.CopyFrom(_c);
            Run(path, Operand.Of(a, 0, 1), Operand.Of(c, 0, 1));
            GC.KeepAlive(a);
            GC.KeepAlive(c);
            for (int column = columns; column < c.BlockCount * Activations.BlockColumns; column++)
            {
                for (int row = 0; row < rows; row++)
                    Assert.Equal(0, c.Data[c.IndexOf(0, row, column)]);
            }

            var result = new float[rows * columns];
            c.CopyTo(result);
            return result;
        }

        private void Run(SimdPath path, in Operand a, in Operand c)
        {
            var packed = new PackedMatrix(depth, columns);
            packed.Pack(B);
            var paddedBias = new float[packed.PaddedColumns];
            Bias.CopyTo(paddedBias, 0);
            fixed (float* bias = paddedBias)
                PackedGemm.Run(path, a, packed, c, start, bias);
        }
    }
}
