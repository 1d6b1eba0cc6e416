using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Protocol.Tests.Roles;

public sealed class ShardBoardTests
{
    [Theory]
    [InlineData(8, 1)]
    [InlineData(8, 3)]
    [InlineData(8, 8)]
    [InlineData(8, 11)]
    [InlineData(1, 4)]
    [InlineData(64, 7)]
    public void DealOut_AnyCounts_EveryShardOnceAndBalanced(int shards, int workers)
    {
        var board = new ShardBoard(shards);

        board.DealOut([.. Enumerable.Range(0, workers)], WorkShares.Even(shards, workers));

        int[] loads = [.. Enumerable.Range(0, workers).Select(w => board.HeldBy(w).Sum(r => r.Count))];
        Assert.InRange(loads.Max() - loads.Min(), 0, 1);
        Assert.Equal(
            Enumerable.Range(0, shards),
            Enumerable.Range(0, workers).SelectMany(board.HeldBy).SelectMany(r => Enumerable.Range(r.Start, r.Count)).Order());
    }

    [Fact]
    public void DealPending_FewerRangesThanFreeWorkers_SplitsThem()
    {
        var board = new ShardBoard(8);
        board.DealOut([0, 1], WorkShares.Even(8, 2));
        board.Release(0);

        var dealt = board.DealPending([2, 3, 4]);

        Assert.Equal([2, 3, 4], dealt.Select(d => d.Worker));
        Assert.Equal([0, 1, 2, 3], dealt.SelectMany(d => d.Ranges).SelectMany(r => Enumerable.Range(r.Start, r.Count)).Order());
    }

    [Fact]
    public void Report_ByTheSlowOneAfterItsTaskWasSplit_CountsAndFreesTheHelpers()
    {
        var board = new ShardBoard(4);
        board.DealOut([0], WorkShares.Even(4, 1));
        board.Duplicate(0);
        board.DealPending([1, 2]);

        Assert.True(board.Report(new ShardRange(0, 4), Losses(4)));

        Assert.True(board.IsComplete);
        Assert.False(board.IsBusy(1) || board.IsBusy(2) || board.IsBusy(0));
        Assert.False(board.Report(new ShardRange(0, 2), Losses(2)));
    }

    [Fact]
    public void Release_TaskThatAHelperHasToo_IsNotDealtAThirdTime()
    {
        var board = new ShardBoard(4);
        board.DealOut([0], WorkShares.Even(4, 1));
        board.Duplicate(0);
        board.DealPending([1]);

        board.Release(0);

        Assert.False(board.HasPending);
    }

    [Fact]
    public void Total_ReportsInAnyOrder_AddsInShardOrder()
    {
        double[] sums = [1e16, 1, -1e16, 3];
        var board = new ShardBoard(4);
        foreach (int shard in (int[])[3, 1, 0, 2])
            board.Report(new ShardRange(shard, 1), [new LossTotal(sums[shard], 1, 0)]);

        Assert.Equal(((sums[0] + sums[1]) + sums[2]) + sums[3], board.Total().Sum);
        Assert.Equal(4, board.Total().Count);
    }

    [Fact]
    public void Reopen_OnlyWhatWasReported_IsPendingAgain()
    {
        var board = new ShardBoard(4);
        board.DealOut([0, 1], WorkShares.Even(4, 2));
        board.Report(new ShardRange(0, 2), Losses(2));

        IReadOnlyList<ShardRange> lost = board.Reopen([new ShardRange(0, 2), new ShardRange(2, 2)]);

        Assert.Equal([new ShardRange(0, 2)], lost);
        Assert.False(board.IsComplete);
        Assert.True(board.HasPending);
    }

    private static LossTotal[] Losses(int count) => [.. Enumerable.Repeat(new LossTotal(1, 1, 0), count)];
}
