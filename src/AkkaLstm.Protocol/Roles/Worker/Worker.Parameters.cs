using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Protocol.Roles;

/// <content>Parameters and carries of the assignment in hand, and the servers that have them.</content>
public sealed partial class Worker
{
    // By slice; null where not pulled yet. Carries by shard, complete when no slice is missing.
    private ParametersPulled?[] _pulled = [];
    private int _missingSliceCount;
    private Payload[] _parameters = [];
    private TimeSpan _assignedAt;
    private TimeSpan _pulledAt;

    // By slice, who holds it. Each further attempt at pulling asks the next one; those for want of an answer come
    // at longer and longer intervals.
    private IReadOnlyList<IReadOnlyList<NodeId>> _holders = [];
    private int _pullAttempt;
    private int _repeatCount;

    private void Pull()
    {
        _pulledAt = _now;
        for (int slice = 0; slice < _pulled.Length; slice++)
        {
            if (_pulled[slice] is null)
                Send(HolderToAsk(slice), new PullParameters(_fence, new SliceId(slice, _pulled.Length)));
        }
    }

    private void PullElsewhere()
    {
        _pullAttempt++;
        Pull();
    }

    private NodeId HolderToAsk(int slice) => _holders[slice][_pullAttempt % _holders[slice].Count];

    private void OnHoldersChanged(NodeId from, HoldersChanged message)
    {
        if (!AreHolders(message.Holders, _pulled.Length))
        {
            Drop(from, message, DropReason.Unexpected);
            return;
        }

        _holders = message.Holders;
        _pullAttempt = 0;
        if (Phase == WorkerPhase.Pulling)
            Pull();
    }

    /// <summary>Whether there is a server for each of so many slices.</summary>
    private static bool AreHolders(IReadOnlyList<IReadOnlyList<NodeId>> holders, int sliceCount) =>
        holders.Count > 0 && holders.Count == sliceCount && holders.All(slice =>
            slice.Count > 0 && slice.All(node => node.Role == NodeRole.Server));

    /// <summary>A hint; the coordinator will say who is gone, but a standby can be asked at once.</summary>
    private void OnPeerLost(NodeId node)
    {
        bool isAwaited = Phase == WorkerPhase.Pulling
            && Enumerable.Range(0, _pulled.Length).Any(slice => _pulled[slice] is null && HolderToAsk(slice) == node);
        if (isAwaited)
            PullElsewhere();
    }

    private void OnParametersPulled(NodeId from, ParametersPulled message)
    {
        if (message.Slice.Count != _pulled.Length)
        {
            Drop(from, message, DropReason.Unexpected); // no server of this assignment says that
            return;
        }

        if (_assignment is null || _pulled[message.Slice.Index] is not null)
        {
            Drop(from, message, DropReason.Duplicate);
            return;
        }

        _pulled[message.Slice.Index] = message;
        _parameters[message.Slice.Index] = message.Parameters;
        if (--_missingSliceCount > 0)
            return;
        _pace.Add(_now - _assignedAt);
        ComputeNext();
    }
}
