using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Effects;

/// <summary>
/// Collects the effects of one step of a role, in order. The host carries them out after the step and clears
/// it.
/// </summary>
public sealed class Outbox
{
    private readonly List<Effect> _effects = [];

    /// <summary>What the step asked for, in order.</summary>
    public IReadOnlyList<Effect> Effects => _effects;

    /// <summary>Forgets all, to be used for the next step.</summary>
    public void Clear() => _effects.Clear();

    /// <summary>Adds any effect.</summary>
    public void Add(Effect effect) => _effects.Add(effect);

    /// <summary>Adds a <see cref="SendMessage"/>.</summary>
    public void Send(NodeId to, Message message) => _effects.Add(new SendMessage(to, message));

    /// <summary>Adds an <see cref="Effects.ArmTimer"/>.</summary>
    public void ArmTimer(TimeSpan delay) => _effects.Add(new ArmTimer(delay));

    /// <summary>Adds a <see cref="Effects.StartWork"/>.</summary>
    public void StartWork(long workId, WorkOrder order) => _effects.Add(new StartWork(workId, order));

    /// <summary>Adds a <see cref="RecordEvent"/>.</summary>
    public void Record(JobEvent what) => _effects.Add(new RecordEvent(what));
}
