namespace AkkaLstm.Numerics.Gemm;

/// <summary>
/// Which row of a weight gradient a column of A belongs to. Gates are kept interleaved, 16 units of each gate in turn, while weights are
/// stored gate after gate: block j of 16 columns is gate j % G of the units from 16 * (j / G) on, rows from gate * H + 16 * (j / G) on.
/// </summary>
/// <param name="GateCount">G; 1 where A's columns are not interleaved.</param>
/// <param name="UnitCount">H, rows of each gate; all rows where G is 1.</param>
public readonly record struct InterleavedRows(int GateCount, int UnitCount)
{
    /// <summary>Blocks of 16 columns of A.</summary>
    public int BlockCount => (UnitCount + Activations.BlockColumns - 1) / Activations.BlockColumns * GateCount;

    /// <summary>All rows.</summary>
    public int Count => GateCount * UnitCount;

    /// <summary>The row of a block's first column.</summary>
    public int First(int block) => block % GateCount * UnitCount + FirstUnit(block);

    /// <summary>How many of a block's 16 columns there are.</summary>
    public int CountIn(int block) => Math.Min(Activations.BlockColumns, UnitCount - FirstUnit(block));

    private int FirstUnit(int block) => block / GateCount * Activations.BlockColumns;
}
