namespace AkkaLstm.Protocol;

/// <summary>
/// A bulk value (parameters, gradient, carried state, snapshot) that roles pass on and never look into.
/// Within one process it is a buffer by reference, on a wire a ticket for a transfer.
/// </summary>
/// <remarks>
/// Ownership goes by step parity instead of reference counts: a payload that an executor returned for step n
/// stays untouched until that executor starts work of step n + 2 (or of a later generation). By then step n +
/// 1 is closed, so nothing that still counts reads it; a reader that is late all the same has its answer
/// fenced off. Payloads returned for different shard ranges of one step never share a buffer. Snapshots are
/// copies and are never reused.
/// </remarks>
public abstract class Payload
{
    /// <summary>Size of the value in bytes, for accounting and for transport.</summary>
    public abstract long Bytes { get; }
}
