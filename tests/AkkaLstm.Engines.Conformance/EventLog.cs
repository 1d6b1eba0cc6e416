using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;

namespace AkkaLstm.Engines.Conformance;

/// <summary>Keeps all events of a run, and calls back on each.</summary>
public sealed class EventLog : IEventSink
{
    private readonly Lock _lock = new();
    private readonly List<JobEvent> _events = [];

    /// <summary>Called on the engine's thread after the event is kept.</summary>
    public Action<JobEvent>? OnEvent { get; set; }

    public void Record(TimeSpan now, NodeId source, JobEvent what)
    {
        lock (_lock)
            _events.Add(what);
        OnEvent?.Invoke(what);
    }

    public IReadOnlyList<TEvent> Of<TEvent>()
        where TEvent : JobEvent
    {
        lock (_lock)
            return [.. _events.OfType<TEvent>()];
    }
}
