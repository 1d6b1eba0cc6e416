namespace AkkaLstm.Protocol.Messages;

/// <summary>Server to worker: the answer to <see cref="PullParameters"/>.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Parameters">Its parameters of the step.</param>
/// <param name="FirstCarryShard">The shard of the first carry.</param>
/// <param name="Carries">Carried state of the shards that the slice owns, in shard order; null stands for
/// zeros.</param>
public sealed record ParametersPulled(
    Fence Fence,
    SliceId Slice,
    Payload Parameters,
    int FirstCarryShard,
    IReadOnlyList<Payload?> Carries) : Message(Fence);
