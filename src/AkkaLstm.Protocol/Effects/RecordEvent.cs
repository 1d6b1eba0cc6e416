using AkkaLstm.Protocol.Events;

namespace AkkaLstm.Protocol.Effects;

/// <summary>Put an event into the run's record.</summary>
/// <param name="Event">The event.</param>
public sealed record RecordEvent(JobEvent Event) : Effect;
