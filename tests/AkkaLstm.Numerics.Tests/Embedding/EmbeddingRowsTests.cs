using AkkaLstm.Numerics.Embedding;
using AkkaLstm.Numerics.Tests.Elementwise;

namespace AkkaLstm.Numerics.Tests.Embedding;

public sealed class EmbeddingRowsTests
{
    private const int V = 13;

    [Fact]
    public void Gather_CopiesTheRows_AndLeavesThePadding()
    {
        for (int width = 1; width <= 35; width++)
        {
            float[] table = TestNumbers.Normal(V * width, 1);
            int[] tokens = TestNumbers.Integers(9, V, 2);
            int ld = width + 3;
            GuardedBuffer rows = new(tokens.Length * ld);
            EmbeddingRows.Gather(table, width, tokens, rows.Span, ld);
            rows.AssertGuardsIntact();
            for (int r = 0; r < tokens.Length; r++)
            {
                TestNumbers.AssertSameBits(table.AsSpan(tokens[r] * width, width), rows.Span.Slice(r * ld, width));
                Assert.Equal([0, 0, 0], rows.Span.Slice((r * ld) + width, 3).ToArray());
            }
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(V)]
    public void Gather_OfATokenOutsideTheTable_Throws(int token) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => EmbeddingRows.Gather(new float[V * 4], 4, [0, token], new float[8], 4));

    [Fact]
    public void ScatterAdd_OfAnyShape_IsCloseToTheTwin_WithSortedRows()
    {
        foreach ((int t, int b, int width, int shards) in Shapes())
        {
            Window window = new(t, b, width, firstLane: 0, laneCount: b);
            Result result = window.ScatterAdd(shards);
            double[] twin = new double[V * width];
            EmbeddingReference.ScatterAdd(window.Tokens, window.D, window.RowStride, width, twin);
            Assert.Equal(window.Tokens.Distinct().Order(), result.RowIds);
            for (int i = 0; i < result.RowIds.Length; i++)
            {
                for (int e = 0; e < width; e++)
                    Assert.Equal(twin[(result.RowIds[i] * width) + e], result.Values[(i * width) + e], 1e-5);
            }
        }
    }

    [Fact]
    public void ScatterAdd_OfTheShardsApart_JoinedByTheTree_HasTheSameBits()
    {
        const int T = 5;
        const int B = 8;
        const int Width = 7;
        Result whole = new Window(T, B, Width, 0, B).ScatterAdd(4);
        Result[] shards = new Result[4];
        for (int s = 0; s < 4; s++)
            shards[s] = new Window(T, B, Width, firstLane: 2 * s, laneCount: 2).ScatterAdd(1);
        Result left = Join(shards[0], shards[1], Width);
        Result joined = Join(left, Join(shards[2], shards[3], Width), Width);
        Assert.Equal(whole.RowIds, joined.RowIds);
        TestNumbers.AssertSameBits(joined.Values, whole.Values);
        TestNumbers.AssertSameBits(left.Values, new Window(T, B, Width, 0, 4).ScatterAdd(2).Values);
    }

    [Fact]
    public void ScatterAdd_OncePrepared_AllocatesNothing()
    {
        Window window = new(5, 8, 16, 0, 8);
        float[] values = new float[V * 16];
        int[] ids = new int[V];
        long[] keys = new long[40];
        float[] scratch = new float[EmbeddingRows.ScratchLength(16, 4)];
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run() => EmbeddingRows.ScatterAdd(window.Tokens, window.D, window.RowStride, 8, 16, 4, keys, scratch, ids, values);
    }

    [Fact]
    public void ScatterAdd_WithoutRoomOrWithAWrongShardCount_Throws()
    {
        Assert.Throws<ArgumentException>(() => EmbeddingRows.ScatterAdd(
            [1, 2], new float[2], 1, 2, 1, 1, new long[2], [], new int[1], new float[1]));
        Assert.Throws<ArgumentException>(() => EmbeddingRows.ScatterAdd(
            [1, 2, 3], new float[3], 1, 3, 1, 2, new long[3], new float[1], new int[3], new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => EmbeddingRows.ScatterAdd(
            [-1], new float[1], 1, 1, 1, 1, new long[1], [], new int[1], new float[1]));
    }

    private static IEnumerable<(int T, int B, int Width, int Shards)> Shapes()
    {
        foreach (int t in new[] { 1, 2, 9 })
        {
            foreach ((int b, int shards) in new[] { (1, 1), (3, 1), (4, 2), (8, 8), (12, 4) })
            {
                foreach (int width in new[] { 1, 5, 16, 33 })
                    yield return (t, b, width, shards);
            }
        }
    }

    /// <summary>A node of the tree over sorted rows, written the slow way.</summary>
    private static Result Join(Result a, Result b, int width)
    {
        SortedDictionary<int, float[]> rows = [];
        foreach (Result part in new[] { a, b })
        {
            for (int i = 0; i < part.RowIds.Length; i++)
            {
                float[] row = part.Values[(i * width)..((i + 1) * width)];
                rows[part.RowIds[i]] = rows.TryGetValue(part.RowIds[i], out float[]? sum)
                    ? sum.Zip(row, (x, y) => x + y).ToArray()
                    : row;
            }
        }

        return new([.. rows.Keys], [.. rows.Values.SelectMany(row => row)]);
    }

    private sealed record Result(int[] RowIds, float[] Values);

    /// <summary>Some lanes of a window of tokens and gradients.</summary>
    private sealed class Window
    {
        private readonly int _width;
        private readonly int _lanes;

        public Window(int t, int b, int width, int firstLane, int laneCount)
        {
            const int TotalLanes = 16;
            RowStride = width + 1;
            _width = width;
            _lanes = laneCount;
            int[] allTokens = TestNumbers.Integers(t * TotalLanes, V, 8);
            float[] all = TestNumbers.Normal(t * TotalLanes * RowStride, 9);
            Tokens = new int[t * laneCount];
            D = new float[t * laneCount * RowStride];
            for (int r = 0; r < Tokens.Length; r++)
            {
                int source = (r / laneCount * TotalLanes) + firstLane + (r % laneCount);
                Tokens[r] = allTokens[source];
                all.AsSpan(source * RowStride, RowStride).CopyTo(D.AsSpan(r * RowStride));
            }

            Assert.InRange(b, firstLane + laneCount, TotalLanes);
        }

        public int RowStride { get; }

        public int[] Tokens { get; }

        public float[] D { get; }

        public Result ScatterAdd(int shardCount)
        {
            int[] ids = new int[Tokens.Length];
            GuardedBuffer values = new(Tokens.Length * _width);
            int count = EmbeddingRows.ScatterAdd(
                Tokens,
                D,
                RowStride,
                _lanes,
                _width,
                shardCount,
                new long[Tokens.Length],
                new float[EmbeddingRows.ScratchLength(_width, shardCount)],
                ids,
                values.Span);
            values.AssertGuardsIntact();
            return new(ids[..count], values.Span[..(count * _width)].ToArray());
        }
    }
}
