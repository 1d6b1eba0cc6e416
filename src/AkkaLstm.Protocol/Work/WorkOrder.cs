namespace AkkaLstm.Protocol.Work;

/// <summary>
/// Mathematics or disk work that a role asks its host for. Orders of one actor run one at a time, in order.
/// </summary>
/// <param name="Fence">What the work belongs to.</param>
public abstract record WorkOrder(Fence Fence);
