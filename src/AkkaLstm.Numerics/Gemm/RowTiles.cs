namespace AkkaLstm.Numerics.Gemm;

/// <summary>
/// Cuts rows into tiles of nearly equal height: 16 rows become 6 + 5 + 5 and not 6 + 6 + 4, because a lower tile reads as much of B for
/// less arithmetic.
/// </summary>
internal readonly struct RowTiles
{
    private readonly int _height;
    private readonly int _higherCount;

    /// <summary>Cuts <paramref name="rows"/> rows into as few tiles of at most <paramref name="maxHeight"/> as possible.</summary>
    public RowTiles(int rows, int maxHeight)
    {
        Count = (rows + maxHeight - 1) / maxHeight;
        (_height, _higherCount) = Math.DivRem(rows, Count);
    }

    /// <summary>Number of tiles.</summary>
    public int Count { get; }

    /// <summary>Rows of a tile; the higher tiles come first.</summary>
    public int Height(int tile) => tile < _higherCount ? _height + 1 : _height;
}
