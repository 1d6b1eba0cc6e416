using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Protocol.Tests.Roles;

public sealed class WorkSharesTests
{
    [Theory]
    [InlineData(8, new[] { 0, 0 }, new[] { 4, 4 })] // nothing is known
    [InlineData(8, new[] { 10, 11 }, new[] { 4, 4 })] // noise
    [InlineData(8, new[] { 10, 30 }, new[] { 6, 2 })]
    [InlineData(8, new[] { 30, 10 }, new[] { 2, 6 })]
    [InlineData(8, new[] { 10, 0, 10 }, new[] { 2, 3, 3 })] // a newcomer counts as the median
    [InlineData(8, new[] { 10, 10, 1000 }, new[] { 4, 4, 0 })]
    [InlineData(1, new[] { 30, 10 }, new[] { 0, 1 })]
    [InlineData(3, new[] { 5 }, new[] { 3 })]
    public void Deal_Speeds_MoreForFasterWorkersWhereItPays(int shardCount, int[] milliseconds, int[] expected)
    {
        int[] shares = WorkShares.Deal(
            shardCount, [.. milliseconds.Select(m => TimeSpan.FromMilliseconds(m))]);

        Assert.Equal(expected, shares);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(64, 7)]
    [InlineData(1024, 1024)]
    public void Deal_AnySpeeds_EveryShardToSomebodyAndNoWorseThanEven(int shardCount, int workerCount)
    {
        var random = new Random(shardCount);
        TimeSpan[] times =
            [.. Enumerable.Range(0, workerCount).Select(_ => TimeSpan.FromMilliseconds(1 + random.Next(100)))];

        int[] shares = WorkShares.Deal(shardCount, times);

        Assert.Equal(shardCount, shares.Sum());
        Assert.True(Longest(shares) <= Longest(WorkShares.Even(shardCount, workerCount)));

        TimeSpan Longest(int[] dealt) => dealt.Zip(times, (share, time) => share * time).Max();
    }
}
