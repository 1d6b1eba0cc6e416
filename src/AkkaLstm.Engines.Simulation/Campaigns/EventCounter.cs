using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Simulation;

/// <summary>Counts what happened in a seed, so that one sees that faults and their consequences do happen.</summary>
internal sealed class EventCounter : IClusterObserver
{
    private readonly Dictionary<Type, long> _events = [];

    /// <summary>Faults so far.</summary>
    public FaultCounts Faults { get; } = new();

    /// <summary>Inputs that roles have handled.</summary>
    public long InputCount { get; private set; }

    /// <summary>Events so far, by the name of their type.</summary>
    public IEnumerable<KeyValuePair<string, long>> Events =>
        _events.Select(e => new KeyValuePair<string, long>(e.Key.Name, e.Value));

    /// <inheritdoc/>
    public void OnInput(SimulatedNode node, RoleInput input) => InputCount++;

    /// <inheritdoc/>
    public void OnEffect(SimulatedNode node, RoleInput cause, Effect effect)
    {
        if (effect is not RecordEvent record)
            return;
        Type type = record.Event.GetType();
        _events[type] = _events.GetValueOrDefault(type) + 1;
    }

    /// <inheritdoc/>
    public void OnFault(FaultKind kind, string what) => Faults.Add(kind);
}
