using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Tests.Support;

namespace AkkaLstm.Models.Tests.Gradients;

public class GradientTreeTests
{
    internal static readonly ParameterLayout Layout =
        ParameterLayout.For(TestModels.Tokens(vocabulary: 4000, embedding: 24, hidden: 40, layers: 1));


    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Reduce_AnySubtreesAndServers_GivesTheBitsOfTheWholeTree(int seed)
    {
        var random = new Random(seed);
        int shardCount = 1 << random.Next(6);
        Gradient[] shards = [.. Enumerable.Range(0, shardCount).Select(_ => RandomGradient(random))];
        (float[] dense, SortedDictionary<int, float[]> rows) = SumByTree(shards, 0, shardCount);
        double[]? norms = null;
        foreach (int serverCount in (int[])[1, 2, 3, 8])
        {
            GradientPart[] parts = SplitIntoSubtrees(shards, random);
            random.Shuffle(parts);
            double[] squareSums = new double[Layout.Blocks.Count];
            int checkedRows = 0;
            foreach (ParameterSlice slice in Layout.Split(serverCount))
            {
                var reduced = new ReducedSlice(Layout, slice);
                GradientTree.Reduce(parts, shardCount, reduced);
                GradientTree.Reduce(parts, shardCount, reduced, threads: 1 + random.Next(4));
                Gradient sum = reduced.Gradient;
                Assert.Equal(dense.AsSpan(sum.DenseStart - Layout.DenseStart, sum.Dense.Length).ToArray(), sum.Dense);
                foreach (int row in sum.Rows.TouchedIndices)
                    Assert.InRange(row, sum.FirstRow, sum.EndRow - 1);
                for (int i = 0; i < sum.Rows.Count; i++)
                    Assert.Equal(rows[sum.Rows.Indices[i]], sum.Rows.Row(i).ToArray());
                checkedRows += sum.Rows.Count;
                reduced.BlockSquareSums.CopyTo(squareSums, slice.FirstBlock);
            }

            Assert.Equal(rows.Count, checkedRows);
            norms ??= squareSums;
            Assert.Equal(norms, squareSums);
        }

        double expected = dense.Sum(value => (double)value * value) + rows.Values.Sum(row => row.Sum(value => (double)value * value));
        Assert.Equal(expected, norms!.Sum(), expected * 1e-12);
    }

    [Fact]
    public void Reduce_PartsOfTheirSliceOnly_GivesTheSameAsWholeParts()
    {
        var random = new Random(20);
        Gradient[] shards = [.. Enumerable.Range(0, 4).Select(_ => RandomGradient(random))];
        foreach (ParameterSlice slice in Layout.Split(3))
        {
            var whole = new ReducedSlice(Layout, slice);
            GradientTree.Reduce([.. shards.Select((g, s) => new GradientPart(s, 1, g))], 4, whole);
            var cut = new ReducedSlice(Layout, slice);
            GradientTree.Reduce([.. shards.Select((g, s) => new GradientPart(s, 1, Cut(g, slice)))], 4, cut);
            Assert.Equal(whole.Gradient.Dense, cut.Gradient.Dense);
            Assert.Equal(whole.Gradient.Rows.TouchedIndices.ToArray(), cut.Gradient.Rows.TouchedIndices.ToArray());
            Assert.Equal(whole.BlockSquareSums, cut.BlockSquareSums);
        }
    }

    [Theory]
    [InlineData("0:1 1:1 2:1", "cover 3 shards of 4")]
    [InlineData("0:2 1:1 2:2", "shard 1")]
    [InlineData("0:1 2:2", "shard 1")]
    [InlineData("0:1 1:2 3:1", "not an aligned subtree")]
    [InlineData("0:3 3:1", "not an aligned subtree")]
    [InlineData("0:4 0:4", "shard 0")]
    public void Reduce_PartsThatDoNotCoverTheTree_Throws(string parts, string what)
    {
        var gradient = new Gradient(Layout);
        GradientPart[] list = [.. parts.Split(' ').Select(part => part.Split(':'))
            .Select(pair => new GradientPart(int.Parse(pair[0]), int.Parse(pair[1]), gradient))];
        ArgumentException e = Assert.Throws<ArgumentException>(
            () => GradientTree.Reduce(list, 4, new ReducedSlice(Layout, Layout.Whole)));
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reduce_SecondTime_AllocatesNothing()
    {
        var random = new Random(9);
        GradientPart[] parts = [.. Enumerable.Range(0, 4).Select(s => new GradientPart(s, 1, RandomGradient(random)))];
        var reduced = new ReducedSlice(Layout, Layout.Whole);
        GradientTree.Reduce(parts, 4, reduced);
        long before = GC.GetAllocatedBytesForCurrentThread();
        GradientTree.Reduce(parts, 4, reduced);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    internal static Gradient RandomGradient(Random random)
    {
        var gradient = new Gradient(Layout);
        for (int i = 0; i < gradient.Dense.Length; i++)
            gradient.Dense.Span[i] = (float)(random.NextDouble() - 0.5) * MathF.ScaleB(1, random.Next(-8, 8));
        int[] touched = [.. Enumerable.Range(0, 100).Select(_ => random.Next(random.Next(2) == 0 ? 60 : 4000)).Distinct().Order()];
        gradient.Rows.EnsureCapacity(touched.Length);
        foreach (int row in touched)
        {
            gradient.Rows.Indices[gradient.Rows.Count] = row;
            Span<float> values = gradient.Rows.Row(gradient.Rows.Count++);
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(random.NextDouble() - 0.5);
        }

        return gradient;
    }

    /// <summary>The definition, by plain recursion over single shards.</summary>
    private static (float[] Dense, SortedDictionary<int, float[]> Rows) SumByTree(Gradient[] shards, int first, int count)
    {
        if (count == 1)
        {
            var own = new SortedDictionary<int, float[]>();
            for (int i = 0; i < shards[first].Rows.Count; i++)
                own.Add(shards[first].Rows.Indices[i], shards[first].Rows.Row(i).ToArray());
            return (shards[first].Dense.ToArray(), own);
        }

        (float[] left, SortedDictionary<int, float[]> rows) = SumByTree(shards, first, count / 2);
        (float[] right, SortedDictionary<int, float[]> rightRows) = SumByTree(shards, first + (count / 2), count / 2);
        foreach ((int row, float[] values) in rightRows)
            rows[row] = rows.TryGetValue(row, out float[]? present) ? Add(present, values) : values;
        return (Add(left, right), rows);
    }

    private static float[] Add(float[] a, float[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static GradientPart[] SplitIntoSubtrees(Gradient[] shards, Random random)
    {
        var parts = new List<GradientPart>();
        Split(0, shards.Length);
        return [.. parts];

        void Split(int first, int count)
        {
            if (count > 1 && random.Next(3) > 0)
            {
                Split(first, count / 2);
                Split(first + (count / 2), count / 2);
                return;
            }

            (float[] dense, SortedDictionary<int, float[]> rows) = SumByTree(shards, first, count);
            var gradient = new Gradient(Layout);
            dense.CopyTo(gradient.Dense);
            gradient.Rows.EnsureCapacity(rows.Count);
            foreach ((int row, float[] values) in rows)
            {
                gradient.Rows.Indices[gradient.Rows.Count] = row;
                values.CopyTo(gradient.Rows.Row(gradient.Rows.Count++));
            }

            parts.Add(new GradientPart(first, count, gradient));
        }
    }

    private static Gradient Cut(Gradient whole, ParameterSlice slice)
    {
        var part = new Gradient(Layout, slice);
        whole.Dense.Slice(part.DenseStart - Layout.DenseStart, part.Dense.Length).CopyTo(part.Dense);
        int first = whole.Rows.LowerBound(part.FirstRow);
        int end = whole.Rows.LowerBound(part.EndRow);
        part.Rows.EnsureCapacity(end - first);
        part.Rows.Count = end - first;
        whole.Rows.TouchedIndices[first..end].CopyTo(part.Rows.Indices);
        whole.Rows.Values.AsSpan(first * whole.Rows.Width, (end - first) * whole.Rows.Width).CopyTo(part.Rows.Values);
        return part;
    }
}
