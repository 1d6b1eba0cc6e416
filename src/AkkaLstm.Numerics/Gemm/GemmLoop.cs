using System.Runtime.CompilerServices;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>Walks over a product tile by tile, so that what a tile needs again is still in the nearest cache.</summary>
internal static unsafe class GemmLoop
{
    /// <summary>Tiles of rows that run over a chunk of B before the next chunk comes.</summary>
    private const int TilesPerRowBlock = 16;

    /// <summary>Values of k in a chunk of B: 128 rows of 64 columns are 32 KiB, two thirds of a first-level cache.</summary>
    private const int DepthBlock = 128;

    private const int MaxRowsPerBlock = TilesPerRowBlock * 6;

    /// <summary>Computes C = start + A B, calling the epilogue after every panel of 64 columns.</summary>
    /// <param name="a">A, (M, K).</param>
    /// <param name="b">B, (K, N).</param>
    /// <param name="c">C, (M, N).</param>
    /// <param name="start">What the sums start from.</param>
    /// <param name="bias">The bias, (N), or null.</param>
    /// <param name="epilogue">What is done with finished panels.</param>
    [SkipLocalsInit]
    public static void Run<TSimd, TVector, TEpilogue>(
        in Operand a, PackedMatrix b, in Operand c, TileStart start, float* bias, ref TEpilogue epilogue)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
        where TEpilogue : struct, IPanelEpilogue
    {
        nint* aRows = stackalloc nint[MaxRowsPerBlock];
        nint* cRows = stackalloc nint[MaxRowsPerBlock];
        var rows = new RowBlock
        {
            ARows = aRows,
            CRows = cRows,
            Tiles = new RowTiles(a.Rows, TileKernel.MaxRows<TSimd, TVector>()),
        };
        int firstRow = 0;
        while (rows.EndTile < rows.Tiles.Count)
        {
            rows.Advance();
            a.RowOffsets(firstRow, rows.Count, aRows);
            c.RowOffsets(firstRow, rows.Count, cRows);
            for (int panel = 0; panel < b.PaddedColumns; panel += PackedMatrix.PanelColumns)
            {
                int endPanel = Math.Min(b.PaddedColumns, panel + PackedMatrix.PanelColumns);
                for (int column = panel; column < endPanel; column += 4 * TSimd.Width)
                {
                    int end = Math.Min(endPanel, column + 4 * TSimd.Width);
                    float* target = c.Column(column);
                    if (c.IsPadded || end <= b.Columns)
                        RunPanel<TSimd, TVector>(rows, a, b, column, end, target, c.BlockStride, start, bias + column);
                    else
                        RunUnpaddedPanel<TSimd, TVector>(rows, a, b, column, end, target, start, bias + column);
                }

                epilogue.Finish<TSimd, TVector>(firstRow, rows.Count, panel, endPanel);
            }

            firstRow += rows.Count;
        }
    }

    private static void RunPanel<TSimd, TVector>(
        RowBlock rows, in Operand a, PackedMatrix b, int column, int endColumn, float* c, nint cBlockStride, TileStart start, float* bias)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* panel = b.Column(column, out nint stride);
        var task = new TileTask
        {
            // Row-major A is one run; otherwise every block of 16 columns ends a run.
            RunLength = a.BlockStride == Activations.BlockColumns ? int.MaxValue : Activations.BlockColumns,
            RunSkip = a.BlockStride - Activations.BlockColumns,
            BStride = stride,
            C = c,
            CBlockStride = cBlockStride,
            Start = start,
            Bias = bias,
        };
        int vectors = (endColumn - column) / TSimd.Width;
        for (int k = 0; k < b.Depth; k += DepthBlock)
        {
            task.A = a.Column(k);
            task.B = panel + k * stride;
            task.Depth = Math.Min(DepthBlock, b.Depth - k);
            task.ARows = rows.ARows;
            task.CRows = rows.CRows;
            task.Next = b.After(task.B + task.Depth * stride);
            for (int tile = rows.FirstTile; tile < rows.EndTile; tile++)
            {
                int height = rows.Tiles.Height(tile);
                task.NextStride = TileKernel.NextStride(tile - rows.FirstTile);
                TileDispatch.Run<TSimd, TVector>(ref task, height, vectors);
                task.Next += task.Depth * task.NextStride;
                task.ARows += height;
                task.CRows += height;
            }

            // The sums of the next chunk go on from those of this one: storing and reloading them changes no bit.
            task.Start = TileStart.C;
        }
    }

    /// <summary>A panel whose last columns row-major C does not have: computed beside C, then the columns that count are copied.</summary>
    [SkipLocalsInit]
    private static void RunUnpaddedPanel<TSimd, TVector>(
        RowBlock rows, in Operand a, PackedMatrix b, int column, int endColumn, float* c, TileStart start, float* bias)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        const int width = PackedMatrix.PanelColumns;
        float* scratch = stackalloc float[MaxRowsPerBlock * width];
        float* paddedBias = stackalloc float[width];
        nint* scratchRows = stackalloc nint[MaxRowsPerBlock];
        nint* cRows = rows.CRows;
        int count = b.Columns - column;
        if (start == TileStart.Bias)
            CopyPadded(bias, paddedBias, count, width);
        for (int row = 0; row < rows.Count; row++)
        {
            scratchRows[row] = row * width;
            if (start == TileStart.C)
                CopyPadded(c + cRows[row], scratch + row * width, count, width);
        }

        rows.CRows = scratchRows;
        RunPanel<TSimd, TVector>(rows, a, b, column, endColumn, scratch, Activations.BlockColumns, start, paddedBias);
        for (int row = 0; row < rows.Count; row++)
            new ReadOnlySpan<float>(scratch + row * width, count).CopyTo(new Span<float>(c + cRows[row], count));
    }

    private static void CopyPadded(float* source, float* target, int count, int width)
    {
        new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));
        new Span<float>(target + count, width - count).Clear();
    }

    /// <summary>Tiles of rows that are worked on together.</summary>
    private struct RowBlock
    {
        /// <summary>Where the rows start in A.</summary>
        public nint* ARows;

        /// <summary>Where the rows start in C.</summary>
        public nint* CRows;

        /// <summary>The tiles of all rows.</summary>
        public RowTiles Tiles;

        /// <summary>First tile of the block.</summary>
        public int FirstTile;

        /// <summary>The tile after the last one of the block.</summary>
        public int EndTile;

        /// <summary>Rows of the block.</summary>
        public int Count;

        /// <summary>Goes on to the next block.</summary>
        public void Advance()
        {
            FirstTile = EndTile;
            EndTile = Math.Min(Tiles.Count, FirstTile + TilesPerRowBlock);
            Count = 0;
            for (int tile = FirstTile; tile < EndTile; tile++)
                Count += Tiles.Height(tile);
        }
    }
}
