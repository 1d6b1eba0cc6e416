namespace AkkaLstm.Wire;

/// <summary>What is wrong with what a peer sent, or did not send.</summary>
public enum WireError
{
    /// <summary>The bytes are no frame, or no message of the schema.</summary>
    Malformed,

    /// <summary>A checksum does not belong to the bytes.</summary>
    ChecksumMismatch,

    /// <summary>A length, a count or a string is over its limit.</summary>
    TooLong,

    /// <summary>A field that every version has is not there.</summary>
    MissingField,

    /// <summary>A number or an enum value that cannot be.</summary>
    OutOfRange,

    /// <summary>A case that this version does not know.</summary>
    UnknownCase,

    /// <summary>The peer speaks another version of the protocol.</summary>
    OtherVersion,

    /// <summary>A frame that does not belong here, or not now.</summary>
    Unexpected,

    /// <summary>The connection ended in the middle of something.</summary>
    Truncated,

    /// <summary>The peer did not do its part in time.</summary>
    TimedOut,

    /// <summary>The peer gave the channel up and said why.</summary>
    Aborted,

    /// <summary>Nobody can be reached at the address.</summary>
    Unreachable,

    /// <summary>Encryption could not be agreed on, or the peer's certificate is not one of this cluster.</summary>
    Untrusted,

    /// <summary>The peer turned this node away and said why.</summary>
    Refused,
}
