namespace AkkaLstm.Protocol.Work;

/// <summary>
/// Joins the parts by the fixed tree over the shard index, for one slice. The server's executor keeps the sum
/// for
/// <see cref="ApplySlice"/>. Result: <see cref="SliceSums"/>.
/// </summary>
/// <param name="Fence">The step.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Parts">Disjoint, in shard order, together all shards.</param>
public sealed record ReduceSlice(Fence Fence, SliceId Slice, IReadOnlyList<GradientPart> Parts) : WorkOrder(Fence);
