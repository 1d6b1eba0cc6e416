using System.Numerics;
using System.Runtime.CompilerServices;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>Walks over a weight gradient block by block, keeping the unfinished sums of the shard tree beside the tile that is computed.</summary>
internal static unsafe class GradientLoop
{
    /// <summary>Blocks of 16 rows of C that run over a chunk of B before the next chunk comes.</summary>
    private const int BlocksPerRowBlock = 6;

    /// <summary>Rows of A and B that a chunk has at most, so that 64 columns of B stay in the nearest caches.</summary>
    private const int DepthBlock = 256;

    private const int LevelFloats = BlocksPerRowBlock * Activations.BlockColumns * GradientTileKernel.TileColumns;

    /// <summary>Computes C[m, n] = tree over shards of sum over (t, lane) of A[(t, lane), m] * B[(t, lane), n].</summary>
    /// <param name="a">A, (T*B, blocks of 16).</param>
    /// <param name="rows">Which row of C a column of A belongs to.</param>
    /// <param name="b">B, (T*B, N), padded.</param>
    /// <param name="columns">N.</param>
    /// <param name="shardCount">S.</param>
    /// <param name="c">Row-major (rows, N).</param>
    [SkipLocalsInit]
    public static void Run<TSimd, TVector>(in Operand a, InterleavedRows rows, in Operand b, int columns, int shardCount, float* c)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        // Level j holds the joined sum of 2^j shards while their neighbours are computed, as in a binary counter.
        int topLevel = BitOperations.Log2((uint)shardCount);
        float* levels = stackalloc float[(topLevel + 1) * LevelFloats + Activations.BlockColumns];
        levels = (float*)(((nuint)levels + AlignedBuffer.AlignmentBytes - 1) & ~(nuint)(AlignedBuffer.AlignmentBytes - 1));
        int paddedColumns = (columns + Activations.BlockColumns - 1) / Activations.BlockColumns * Activations.BlockColumns;
        for (int firstBlock = 0; firstBlock < rows.BlockCount; firstBlock += BlocksPerRowBlock)
        {
            int endBlock = Math.Min(rows.BlockCount, firstBlock + BlocksPerRowBlock);
            for (int column = 0; column < paddedColumns; column += 4 * TSimd.Width)
            {
                int vectors = Math.Min(4, (paddedColumns - column) / TSimd.Width);
                for (int shard = 0; shard < shardCount; shard++)
                    AddShard<TSimd, TVector>(a, rows, firstBlock, endBlock, b, column, vectors, shard, shardCount, levels);
                int valid = Math.Min(vectors * TSimd.Width, columns - column);
                Copy(levels + topLevel * LevelFloats, rows, firstBlock, endBlock, valid, c + column, columns);
            }
        }
    }

    private static void AddShard<TSimd, TVector>(
        in Operand a, InterleavedRows rows, int firstBlock, int endBlock, in Operand b, int column, int vectors, int shard, int shardCount, float* levels)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        int lanes = a.Lanes / shardCount;
        int steps = a.Rows / a.Lanes;
        int stepsPerChunk = Math.Max(1, DepthBlock / lanes);
        int joins = BitOperations.TrailingZeroCount(~shard);
        var task = new GradientTileTask
        {
            ALaneStride = a.LaneStride,
            AStepSkip = a.StepStride - lanes * a.LaneStride,
            BLaneStride = b.LaneStride,
            BStepSkip = b.StepStride - lanes * b.LaneStride,
            BBlockStride = b.BlockStride,
            Lanes = lanes,
            LevelStride = LevelFloats,
        };
        int maxHeight = TileKernel.MaxRows<TSimd, TVector>();
        for (int step = 0; step < steps; step += stepsPerChunk)
        {
            task.Steps = Math.Min(stepsPerChunk, steps - step);
            task.Continues = step > 0;
            task.JoinCount = step + task.Steps == steps ? joins : 0;
            task.B = b.Column(column) + step * b.StepStride + shard * lanes * b.LaneStride;
            for (int block = firstBlock; block < endBlock; block++)
            {
                task.A = a.Column(block * Activations.BlockColumns) + step * a.StepStride + shard * lanes * a.LaneStride;
                task.Result = levels + joins * LevelFloats
                    + (block - firstBlock) * (Activations.BlockColumns * GradientTileKernel.TileColumns);
                var tiles = new RowTiles(rows.CountIn(block), maxHeight);
                for (int tile = 0; tile < tiles.Count; tile++)
                {
                    int height = tiles.Height(tile);
                    TileDispatch.Run<TSimd, TVector>(ref task, height, vectors);
                    task.A += height;
                    task.Result += height * GradientTileKernel.TileColumns;
                }
            }
        }
    }

    private static void Copy(float* source, InterleavedRows rows, int firstBlock, int endBlock, int count, float* c, int stride)
    {
        for (int block = firstBlock; block < endBlock; block++)
        {
            float* from = source + (block - firstBlock) * (Activations.BlockColumns * GradientTileKernel.TileColumns);
            float* to = c + (nint)rows.First(block) * stride;
            for (int row = rows.CountIn(block); row > 0; row--)
            {
                new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));
                from += GradientTileKernel.TileColumns;
                to += stride;
            }
        }
    }
}
