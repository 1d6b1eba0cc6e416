using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// Records what a role drops, of one sender no more than so much between two reviews: whoever sends without end shall not
/// fill the disk of whoever drops it.
/// </summary>
internal sealed class DropRecorder
{
    /// <summary>Of one sender between two reviews.</summary>
    internal const int MaxRecorded = 100;

    private readonly Dictionary<NodeId, int> _counts = [];

    /// <summary>Records that a message comes to nothing.</summary>
    public void Record(Fence fence, NodeId from, Message message, DropReason reason, Outbox outbox)
    {
        int count = _counts.GetValueOrDefault(from);
        if (count == MaxRecorded)
            return;
        _counts[from] = count + 1;
        outbox.Record(new InputDropped(fence, message.GetType().Name, from, reason));
    }

    /// <summary>The role looks at its deadlines.</summary>
    public void Reviewed() => _counts.Clear();
}
