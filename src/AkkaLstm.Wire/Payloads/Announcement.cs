using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Wire.Payloads;

/// <summary>
/// What tells one message with values from another one to the same peer. Two that are equal in this carry the same bits:
/// parameters, state and carries of a slice are those of the fence, and a gradient is a function of fence and subtree.
/// </summary>
/// <param name="Message">Its type.</param>
/// <param name="Fence">Its fence.</param>
/// <param name="Slice">The slice that it is about.</param>
/// <param name="Shards">The subtree that it is about; null where it is about none.</param>
internal sealed record Announcement(Type Message, Fence Fence, SliceId Slice, ShardRange? Shards = null)
{
    /// <summary>That of a message; null where it carries no values.</summary>
    public static Announcement? Of(Message message) => message switch
    {
        ParametersPulled m => new(typeof(ParametersPulled), m.Fence, m.Slice),
        PushGradient m => new(typeof(PushGradient), m.Fence, m.Slice, m.Shards),
        SnapshotTaken m => new(typeof(SnapshotTaken), m.Fence, m.Slice),
        RestoreRequested { Copy: not null } m => new(typeof(RestoreRequested), m.Fence, m.Slice),
        _ => null,
    };
}
