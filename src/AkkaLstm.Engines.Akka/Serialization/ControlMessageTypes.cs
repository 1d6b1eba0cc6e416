using Akka.Serialization;

namespace AkkaLstm.Engines.Akka.Serialization;

/// <summary>
/// The types that Hyperion knows by number, in an order that never changes: new ones go to the end. What arrives under a
/// type's name is held against the same list.
/// </summary>
internal sealed class ControlMessageTypes : IKnownTypesProvider
{
    /// <summary>All types of control messages.</summary>
    public static IReadOnlyList<Type> All { get; } =
    [
        typeof(ControlEnvelope),
        typeof(Knock),
        typeof(KnockAnswer),
        typeof(RosterChanged),
        typeof(JobOver),
    ];

    /// <inheritdoc/>
    public IEnumerable<Type> GetKnownTypes() => All;
}
