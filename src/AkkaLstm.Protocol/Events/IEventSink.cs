namespace AkkaLstm.Protocol.Events;

/// <summary>
/// Receives everything that roles record. Engines call it from one thread at a time; it must return quickly.
/// </summary>
public interface IEventSink
{
    /// <summary>Takes an event.</summary>
    /// <param name="now">Time since the engine started.</param>
    /// <param name="source">The node that recorded it.</param>
    /// <param name="what">The event.</param>
    void Record(TimeSpan now, NodeId source, JobEvent what);
}
