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

    /// <summary>Its address is taken by another process, or not one that its certificate allows.</summary>
    Identity,

    /// <summary>There are too many connections.</summary>
    Busy,
}

/// <summary>The answer to a <see cref="Greeting"/>.</summary>
public abstract record GreetingReply;

/// <summary>Come in.</summary>
/// <param name="Greeting">Who answers and what it runs.</param>
public sealed record GreetingAccepted(Greeting Greeting) : GreetingReply;

/// <summary>Go away; the connection closes.</summary>
/// <param name="Why">The kind of reason.</param>
/// <param name="Reason">One line for the user.</param>
public sealed record GreetingRefused(RefusalReason Why, string Reason) : GreetingReply;
