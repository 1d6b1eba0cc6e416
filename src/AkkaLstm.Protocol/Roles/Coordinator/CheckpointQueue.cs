using System.Diagnostics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// At most one checkpoint is being written and at most one waits; so snapshots cannot fill the memory when
/// the disk is slow.
/// </summary>
internal sealed class CheckpointQueue
{
    private WriteCheckpoint? _waiting;

    /// <summary>The one being written, or between two attempts.</summary>
    public WriteCheckpoint? Current { get; private set; }

    /// <summary>Id of the running work; null between two attempts.</summary>
    public long? WorkId { get; private set; }

    /// <summary>Attempts at the current one, from 1.</summary>
    public int Attempt { get; private set; }

    /// <summary>When the running attempt began, or the failed one ended.</summary>
    public TimeSpan Since { get; private set; }

    public bool IsIdle => Current is null;

    /// <summary>Whether a state is being written or waits to be.</summary>
    public bool Holds(JobProgress progress) => Current?.Progress == progress || _waiting?.Progress == progress;

    /// <summary>Step of the newest best state that is not on disk yet; null when there is none.</summary>
    public long? UnsavedBestStep =>
        _waiting is { IsBest: true } ? _waiting.Progress.Step
        : Current is { IsBest: true } ? Current.Progress.Step
        : null;

    /// <summary>
    /// Whether a snapshot may be taken: a newer one may replace the one that waits, unless that one is the
    /// best and this one is not.
    /// </summary>
    public bool Accepts(bool isBest) => _waiting is not { IsBest: true } || isBest;

    /// <summary>Puts a snapshot into the waiting place and returns the one that it replaces.</summary>
    public WriteCheckpoint? Offer(WriteCheckpoint order)
    {
        Debug.Assert(Accepts(order.IsBest), "ask first");
        WriteCheckpoint? replaced = _waiting;
        _waiting = order;
        return replaced;
    }

    /// <summary>
    /// The order to start now under the given id, if any: the waiting one when nothing is being written.
    /// </summary>
    public WriteCheckpoint? TryBegin(long workId, TimeSpan now)
    {
        if (Current is not null || _waiting is null)
            return null;
        (Current, _waiting) = (_waiting, null);
        Attempt = 0;
        return Retry(workId, now);
    }

    /// <summary>Starts the next attempt at the current order.</summary>
    public WriteCheckpoint Retry(long workId, TimeSpan now)
    {
        Debug.Assert(Current is not null && WorkId is null, "one attempt at a time");
        (WorkId, Since) = (workId, now);
        Attempt++;
        return Current;
    }

    public void Failed(TimeSpan now) => (WorkId, Since) = (null, now);

    public void Written() => (Current, WorkId) = (null, null);
}
