namespace AkkaLstm.Protocol.Events;

/// <summary>Shards are dealt out by speed from now on, or evenly again.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Workers">Who takes part, in order of index.</param>
/// <param name="Shares">Shards of each.</param>
public sealed record SharesChanged(
    Fence Fence,
    IReadOnlyList<NodeId> Workers,
    IReadOnlyList<int> Shares) : JobEvent(Fence);
