namespace AkkaLstm.Protocol.Messages;

/// <summary>What one role tells another. Immutable; safe to deliver late, twice, or not at all.</summary>
/// <param name="Fence">The run, generation and step it belongs to; receivers look at it first.</param>
public abstract record Message(Fence Fence);
