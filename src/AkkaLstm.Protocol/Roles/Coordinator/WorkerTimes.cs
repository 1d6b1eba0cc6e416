using AkkaLstm.Protocol.Events;

namespace AkkaLstm.Protocol.Roles;

/// <summary>Sums of what a worker did, counted answers only.</summary>
internal sealed class WorkerTimes
{
    public int ShardCount { get; private set; }

    public TimeSpan Compute { get; private set; }

    /// <summary>From the assignment to the last answer.</summary>
    public TimeSpan Turnaround { get; private set; }

    public TimeSpan Wait { get; private set; }

    /// <summary>Of the turnaround what was not computing.</summary>
    public TimeSpan Transfer => Turnaround - Compute;

    public void Clear() => (ShardCount, Compute, Turnaround, Wait) = (0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);

    public void AddAnswer(int shardCount, TimeSpan compute, TimeSpan turnaround)
    {
        ShardCount += shardCount;
        Compute += compute;
        Turnaround = turnaround;
    }

    /// <summary>Closes a round that took <paramref name="duration"/> in all.</summary>
    public void EndRound(TimeSpan duration) => Wait = duration - Turnaround;

    public void Add(WorkerTimes round)
    {
        ShardCount += round.ShardCount;
        Compute += round.Compute;
        Turnaround += round.Turnaround;
        Wait += round.Wait;
    }

    public WorkerTiming Of(NodeId worker) => new(worker, ShardCount, Compute, Transfer, Wait);
}
