using System.Numerics;
using System.Runtime.CompilerServices;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>One product of a weight gradient: C = A^T B.</summary>
internal unsafe struct GradientTarget
{
    /// <summary>B, (T*B, N).</summary>
    public Operand B;

    /// <summary>N.</summary>
    public int Columns;

    /// <summary>C, row-major (rows, N); null: there is no such product.</summary>
    public float* C;
}

/// <summary>Walks over weight gradients block by block, keeping the unfinished sums of the shard tree beside the tile that is computed.</summary>
/// <remarks>
/// Both operands are copied first, shard after shard, all rows of 16 columns of A and of 64 columns of B side by side. Read in place, the
/// two or three lanes that a shard has in each time step are far apart from those of the next, often by a power of two: the loop over them
/// would be too short and too few cache sets would hold them, which costs half the speed; the copies cost some per cent.
/// </remarks>
internal static unsafe class GradientLoop
{
    /// <summary>Blocks of 16 rows of C that run over a chunk of B before the next chunk comes.</summary>
    private const int BlocksPerRowBlock = 6;

    /// <summary>Rows of a chunk of B: 128 rows of 64 columns are 32 KiB, two thirds of a first-level cache.</summary>
    private const int DepthBlock = 128;

    private const int Width = Activations.BlockColumns;
    private const int LevelFloats = BlocksPerRowBlock * Width * GradientTileKernel.TileColumns;

    /// <summary>Kept from call to call, so that a training step allocates nothing.</summary>
    [ThreadStatic]
    private static AlignedBuffer? t_scratch;

    /// <summary>Computes the gradients.</summary>
    /// <param name="a">A, (T*B, blocks of 16).</param>
    /// <param name="rows">Which row of C a column of A belongs to.</param>
    /// <param name="shardCount">S.</param>
    /// <param name="first">The first product.</param>
    /// <param name="second">The second product, if there is one.</param>
    /// <param name="sums">Receives the sums of A's columns, (rows); null: nobody asks.</param>
    public static void Run<TSimd, TVector>(
        in Operand a, InterleavedRows rows, int shardCount, in GradientTarget first, in GradientTarget second, float* sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        // Level j holds the joined sum of 2^j shards while their neighbours are computed, as in a binary counter.
        int levelCount = BitOperations.Log2((uint)shardCount) + 1;
        long blockFloats = (long)a.Rows * Width;
        long firstFloats = PackedFloats(first, a.Rows), secondFloats = PackedFloats(second, a.Rows);
        float* levels = Rent(levelCount * LevelFloats + blockFloats * BlocksPerRowBlock + firstFloats + secondFloats);
        float* packedA = levels + levelCount * LevelFloats;
        float* packedFirst = packedA + blockFloats * BlocksPerRowBlock;
        float* packedSecond = packedFirst + firstFloats;
        PackColumns<TSimd, TVector>(first, shardCount, packedFirst);
        PackColumns<TSimd, TVector>(second, shardCount, packedSecond);
        for (int firstBlock = 0; firstBlock < rows.BlockCount; firstBlock += BlocksPerRowBlock)
        {
            int endBlock = Math.Min(rows.BlockCount, firstBlock + BlocksPerRowBlock);
            for (int block = firstBlock; block < endBlock; block++)
            {
                float* target = packedA + (block - firstBlock) * blockFloats;
                RowPacking.PackBlock<TSimd, TVector>(a, block, rows.CountIn(block), shardCount, target, Width);
                if (sums is not null)
                    ColumnSums.Run<TSimd, TVector>(target, a.Rows / shardCount, shardCount, rows.CountIn(block), levels, sums + rows.First(block));
            }

            var tiles = new BlockTiles { A = packedA, Rows = rows, FirstBlock = firstBlock, EndBlock = endBlock, Depth = a.Rows, Levels = levels };
            Multiply<TSimd, TVector>(tiles, first, packedFirst, shardCount);
            Multiply<TSimd, TVector>(tiles, second, packedSecond, shardCount);
        }
    }

    /// <summary>Chunks are cut evenly: a short last one would hardly be worth its start.</summary>
    private static int ChunkLength(int depth)
    {
        int count = (depth + DepthBlock - 1) / DepthBlock;
        return (depth + count - 1) / count;
    }

    private static int PaddedColumns(in GradientTarget target) => (target.Columns + Width - 1) / Width * Width;

    private static long PackedFloats(in GradientTarget target, int rows) => target.C is null ? 0 : (long)rows * PaddedColumns(target);

    private static float* Rent(long floats)
    {
        AlignedBuffer? scratch = t_scratch;
        if (scratch is null || scratch.Length < floats)
            t_scratch = scratch = new AlignedBuffer(floats);
        return scratch.Pointer;
    }

    /// <summary>Copies B into panels of 64 columns.</summary>
    private static void PackColumns<TSimd, TVector>(in GradientTarget target, int shardCount, float* packed)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        if (target.C is null)
            return;
        int padded = PaddedColumns(target);
        for (int column = 0; column < padded; column += Width)
        {
            int panel = column / PackedMatrix.PanelColumns * PackedMatrix.PanelColumns;
            int width = Math.Min(PackedMatrix.PanelColumns, padded - panel);
            float* start = packed + (nint)panel * target.B.Rows + (column - panel);
            RowPacking.PackBlock<TSimd, TVector>(target.B, column / Width, Math.Min(Width, target.Columns - column), shardCount, start, width);
        }
    }

    /// <summary>Some rows of C for all columns.</summary>
    private static void Multiply<TSimd, TVector>(in BlockTiles tiles, in GradientTarget target, float* packed, int shardCount)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        if (target.C is null)
            return;
        float* result = tiles.Levels + BitOperations.Log2((uint)shardCount) * LevelFloats;
        int padded = PaddedColumns(target);
        for (int panel = 0; panel < padded; panel += PackedMatrix.PanelColumns)
        {
            int width = Math.Min(PackedMatrix.PanelColumns, padded - panel);
            for (int column = 0; column < width; column += 4 * TSimd.Width)
            {
                float* b = packed + (nint)panel * tiles.Depth + column;
                int vectors = Math.Min(4, (width - column) / TSimd.Width);
                int valid = Math.Min(vectors * TSimd.Width, target.Columns - panel - column);
                float* c = target.C + panel + column;
                bool isWhole = valid == vectors * TSimd.Width;
                for (int shard = 0; shard < shardCount; shard++)
                    AddShard<TSimd, TVector>(tiles, b, width, vectors, shard, shardCount, isWhole ? c : null, target.Columns);
                if (!isWhole)
                    Copy(result, tiles, valid, c, target.Columns);
            }
        }
    }

    /// <summary>Adds a shard to the tree; the last one makes the result, which goes to C if it is given, else to the top level.</summary>
    private static void AddShard<TSimd, TVector>(
        in BlockTiles tiles, float* b, nint bStride, int vectors, int shard, int shardCount, float* c, nint cStride)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        int depth = tiles.Depth / shardCount;
        int chunk = ChunkLength(depth);
        int joins = BitOperations.TrailingZeroCount(~shard);
        int maxHeight = TileKernel.MaxRows<TSimd, TVector>();
        var task = new GradientTileTask { BStride = bStride, LevelStride = LevelFloats };
        for (int k = 0; k < depth; k += chunk)
        {
            nint row = (nint)shard * depth + k;
            task.Depth = Math.Min(chunk, depth - k);
            bool isEnd = k + task.Depth == depth;
            bool isResult = isEnd && shard == shardCount - 1 && c is not null;
            task.Continues = k > 0;
            task.JoinCount = isEnd ? joins : 0;
            task.B = b + row * bStride;
            task.Next = task.B + task.Depth * bStride;
            int tileCount = 0;
            for (int block = tiles.FirstBlock; block < tiles.EndBlock; block++)
            {
                int local = block - tiles.FirstBlock;
                task.A = tiles.A + ((nint)local * tiles.Depth + row) * Width;
                task.Result = tiles.Levels + joins * LevelFloats + local * (Width * GradientTileKernel.TileColumns);
                float* target = c + tiles.Rows.First(block) * cStride;
                var heights = new RowTiles(tiles.Rows.CountIn(block), maxHeight);
                for (int tile = 0; tile < heights.Count; tile++)
                {
                    int height = heights.Height(tile);
                    task.Target = isResult ? target : task.Result;
                    task.TargetStride = isResult ? cStride : GradientTileKernel.TileColumns;
                    task.NextStride = TileKernel.NextStride(tileCount++);
                    TileDispatch.Run<TSimd, TVector>(ref task, height, vectors);
                    task.Next += task.Depth * task.NextStride;
                    task.A += height;
                    task.Result += height * GradientTileKernel.TileColumns;
                    target += height * cStride;
                }
            }
        }
    }

    private static void Copy(float* source, in BlockTiles tiles, int count, float* c, int stride)
    {
        for (int block = tiles.FirstBlock; block < tiles.EndBlock; block++)
        {
            float* from = source + (block - tiles.FirstBlock) * (Width * GradientTileKernel.TileColumns);
            float* to = c + (nint)tiles.Rows.First(block) * stride;
            for (int row = tiles.Rows.CountIn(block); row > 0; row--)
            {
                new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));
                from += GradientTileKernel.TileColumns;
                to += stride;
            }
        }
    }

    /// <summary>Rows of C that are worked on together.</summary>
    private struct BlockTiles
    {
        /// <summary>Their columns of A, packed: (block, all rows shard after shard, 16).</summary>
        public float* A;

        /// <summary>Which row of C a column of A belongs to.</summary>
        public InterleavedRows Rows;

        /// <summary>First block of 16 rows.</summary>
        public int FirstBlock;

        /// <summary>The block after the last one.</summary>
        public int EndBlock;

        /// <summary>Rows of A and B.</summary>
        public int Depth;

        /// <summary>The unfinished sums of the shard tree.</summary>
        public float* Levels;
    }
}
