using AkkaLstm.Protocol;

namespace AkkaLstm.Wire.Handshakes;

/// <summary>Why a node is turned away.</summary>
public enum RefusalReason
{
    /// <summary>It speaks another version of the protocol.</summary>
    ProtocolVersion,

    /// <summary>It belongs to another run.</summary>
    Run,

    /// <summary>It has another plan.</summary>
    Plan,

    /// <summary>It has other data.</summary>
    Data,

    /// <summary>Its address is another process's, or the call is not one that is expected.</summary>
    Identity,

    /// <summary>There is no place for it now; there may be one later.</summary>
    Busy,

    /// <summary>Its certificate is not one of its role.</summary>
    Certificate,
}

/// <summary>The answer to a <see cref="Greeting"/>.</summary>
public abstract record GreetingReply;

/// <summary>Come in.</summary>
/// <param name="Greeting">Who answers and what it runs.</param>
/// <param name="Seat">The address that the caller has from now on.</param>
/// <param name="Incarnation">Counts the processes that had it before.</param>
public sealed record GreetingAccepted(Greeting Greeting, NodeId Seat, int Incarnation) : GreetingReply;

/// <summary>Go away; the connection closes.</summary>
/// <param name="Why">The kind of reason.</param>
/// <param name="Reason">One line for the user.</param>
public sealed record GreetingRefused(RefusalReason Why, string Reason) : GreetingReply;
