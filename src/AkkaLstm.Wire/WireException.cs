using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Wire;

/// <summary>
/// What a peer sent cannot be used. The only exception that decoders throw for what they read; the connection it
/// came from is to be closed.
/// </summary>
/// <param name="error">The kind of fault.</param>
/// <param name="reason">One line that names the place and the value; control characters are replaced, as part of it may
/// be the peer's own words.</param>
/// <param name="inner">The cause.</param>
public sealed class WireException(WireError error, string reason, Exception? inner = null)
    : Exception(OneLine.Of(reason), inner)
{
    /// <summary>This node was turned away.</summary>
    /// <param name="error"><see cref="WireError.Refused"/></param>
    /// <param name="reason">One line.</param>
    /// <param name="refusal">What the peer gave as the kind of reason.</param>
    public WireException(WireError error, string reason, RefusalReason refusal)
        : this(error, reason) => Refusal = refusal;

    /// <summary>The kind of fault.</summary>
    public WireError Error => error;

    /// <summary>Why the peer turned this node away; null where it did not.</summary>
    public RefusalReason? Refusal { get; }

    /// <summary>
    /// Whether the same call would end in the same way, however often it is made: the two ends do not trust each other,
    /// or do not speak the same version. Anything else may be a peer that is just starting, is full or has gone.
    /// </summary>
    public bool IsFinal => Error is WireError.Untrusted or WireError.OtherVersion
        || Refusal is RefusalReason.ProtocolVersion or RefusalReason.Certificate;
}
