namespace AkkaLstm.Protocol.Tests;

public sealed class ShardRangeTests
{
    [Theory]
    [InlineData(0, 8, new[] { 8 })]
    [InlineData(2, 5, new[] { 2, 1 })]
    [InlineData(1, 8, new[] { 1, 2, 4 })]
    [InlineData(5, 8, new[] { 1, 2 })]
    [InlineData(3, 3, new int[0])]
    public void Decompose_Share_FewestAlignedSubtrees(int start, int end, int[] counts)
    {
        ShardRange[] ranges = [.. ShardRange.Decompose(start, end)];

        Assert.Equal(counts, ranges.Select(r => r.Count));
        Assert.Equal(Enumerable.Range(start, end - start), ranges.SelectMany(r => Enumerable.Range(r.Start, r.Count)));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(0, 3)]
    [InlineData(0, 0)]
    [InlineData(-2, 2)]
    public void Constructor_NotAnAlignedPowerOfTwo_Throws(int start, int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShardRange(start, count));

    [Fact]
    public void OwnedShards_AnyCounts_PartitionTheShardsAsOwnerOfShardSays()
    {
        for (int shardCount = 1; shardCount <= 16; shardCount++)
        {
            for (int sliceCount = 1; sliceCount <= 20; sliceCount++)
            {
                int next = 0;
                for (int k = 0; k < sliceCount; k++)
                {
                    var slice = new SliceId(k, sliceCount);
                    Assert.Equal(next, slice.FirstOwnedShard(shardCount));
                    for (int i = 0; i < slice.OwnedShardCount(shardCount); i++, next++)
                        Assert.Equal(k, SliceId.OwnerOfShard(next, shardCount, sliceCount));
                }

                Assert.Equal(shardCount, next);
            }
        }
    }
}
