using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Numerics.Tests.Gemm;

public sealed class RowTilesTests
{
    [Theory]
    [InlineData(16, 6, "6 5 5")]
    [InlineData(20, 6, "5 5 5 5")]
    [InlineData(24, 6, "6 6 6 6")]
    [InlineData(7, 6, "4 3")]
    [InlineData(1, 6, "1")]
    [InlineData(10, 3, "3 3 2 2")]
    public void Height_AnyRows_IsBalanced(int rows, int maxHeight, string expected)
    {
        var tiles = new RowTiles(rows, maxHeight);

        Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, tiles.Count).Select(tiles.Height)));
    }
}
