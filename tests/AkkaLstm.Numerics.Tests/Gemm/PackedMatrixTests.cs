using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Numerics.Tests.Gemm;

public sealed unsafe class PackedMatrixTests
{
    public static TheoryData<int, int> Sizes()
    {
        var sizes = new TheoryData<int, int>();
        foreach (int depth in (int[])[1, 3, 4, 5, 8, 33])
        {
            foreach (int columns in (int[])[1, 3, 4, 7, 15, 16, 17, 31, 48, 63, 64, 65, 130])
                sizes.Add(depth, columns);
        }

        return sizes;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Pack_AnySize_PutsEveryElementInItsPanelAndZerosBeside(int depth, int columns)
    {
        float[] rows = TestValues.Random(depth * columns, 1);
        var packed = new PackedMatrix(depth, columns);

        packed.Pack(rows);

        AssertHolds(packed, rows);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void PackTransposed_AnySize_IsPackOfTheTranspose(int depth, int columns)
    {
        float[] rows = TestValues.Random(depth * columns, 1);
        var transposed = new float[rows.Length];
        for (int k = 0; k < depth; k++)
        {
            for (int n = 0; n < columns; n++)
                transposed[n * depth + k] = rows[k * columns + n];
        }

        var packed = new PackedMatrix(depth, columns);

        packed.PackTransposed(transposed);

        AssertHolds(packed, rows);
    }

    [Fact]
    public void PackRows_InPieces_IsPackOfAll()
    {
        float[] rows = TestValues.Random(10 * 70, 1);
        var packed = new PackedMatrix(10, 70);

        packed.PackRows(7, 3, rows.AsSpan(7 * 70), 70);
        packed.PackRows(0, 7, rows, 70);

        AssertHolds(packed, rows);
    }

    [Fact]
    public void PackRows_RowsOutside_Throws()
    {
        var packed = new PackedMatrix(10, 7);
        Assert.Throws<ArgumentOutOfRangeException>(() => packed.PackRows(8, 3, new float[21], 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => packed.PackRows(0, 3, new float[20], 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => packed.PackColumns(1, 1, new float[10], 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => packed.PackColumns(0, 2, new float[19], 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => packed.Pack(new float[71]));
    }

    private static void AssertHolds(PackedMatrix packed, float[] rows)
    {
        for (int n = 0; n < packed.PaddedColumns; n++)
        {
            float* column = packed.Column(n, out nint stride);
            for (int k = 0; k < packed.Depth; k++)
                Assert.Equal(n < packed.Columns ? rows[k * packed.Columns + n] : 0, column[k * stride]);
        }

        Assert.Equal(0u, (nuint)packed.Column(0, out _) % AlignedBuffer.AlignmentBytes);
    }
}
