namespace AkkaLstm.Protocol.Roles;

/// <summary>How many shards each worker gets: evenly, or more for faster ones where that pays.</summary>
internal static class WorkShares
{
    /// <summary>
    /// Even shares stay until uneven ones promise a round this much shorter: changing shares with the noise of
    /// the measurements would cost more than it gains, since few large subtrees compute faster than many small.
    /// </summary>
    private const double WorthwhileGain = 1.25;

    /// <summary>Shares in the order of the workers; they add up to the number of shards.</summary>
    /// <param name="shardCount">S.</param>
    /// <param name="timePerShard">By worker; zero where nothing is known, which counts as the median.</param>
    public static int[] Deal(int shardCount, IReadOnlyList<TimeSpan> timePerShard)
    {
        int[] even = Even(shardCount, timePerShard.Count);
        if (timePerShard.Count == 1)
            return even;
        List<TimeSpan> known = [.. timePerShard.Where(time => time > TimeSpan.Zero).Order()];
        if (known.Count == 0)
            return even;
        TimeSpan median = known[known.Count / 2];
        TimeSpan[] times = [.. timePerShard.Select(time => time > TimeSpan.Zero ? time : median)];
        int[] bySpeed = BySpeed(shardCount, times);
        return Longest(even, times) > Longest(bySpeed, times) * WorthwhileGain ? bySpeed : even;
    }

    /// <summary>About S / W each, in contiguous runs.</summary>
    public static int[] Even(int shardCount, int workerCount)
    {
        var shares = new int[workerCount];
        for (long i = 0; i < workerCount; i++)
            shares[i] = (int)(((i + 1) * shardCount / workerCount) - (i * shardCount / workerCount));
        return shares;
    }

    /// <summary>Each shard goes to whoever would be done with it first; equal workers in order.</summary>
    private static int[] BySpeed(int shardCount, TimeSpan[] times)
    {
        var shares = new int[times.Length];
        var next = new PriorityQueue<int, (TimeSpan Done, int Worker)>();
        for (int i = 0; i < times.Length; i++)
            next.Enqueue(i, (times[i], i));
        for (int shard = 0; shard < shardCount; shard++)
        {
            int worker = next.Dequeue();
            shares[worker]++;
            next.Enqueue(worker, (times[worker] * (shares[worker] + 1), worker));
        }

        return shares;
    }

    private static TimeSpan Longest(int[] shares, TimeSpan[] times) =>
        shares.Zip(times, (share, time) => time * share).Max();
}
