namespace AkkaLstm.Wire;

/// <summary>
/// What is the most that a peer may make this process allocate. Every length is held against these before
/// anything is allocated for it, on both sides, so a message that could not be read is not sent either.
/// </summary>
public static class WireLimits
{
    /// <summary>Version of the handshake and all that follows it; peers of another version are turned away.</summary>
    public const int ProtocolVersion = 3;

    /// <summary>Payload of a control frame, in bytes: 131,072 block sums and a few fields.</summary>
    public const int MaxMessageBytes = (1 << 20) + (1 << 16);

    /// <summary>Payload of a handshake frame, in bytes: whoever sends it is not known yet.</summary>
    public const int MaxHandshakeBytes = 4096;

    /// <summary>
    /// Fields of a control message in all; an empty field takes two bytes of the message and some 60 in memory,
    /// so bytes alone would be no bound.
    /// </summary>
    public const int MaxMessageFields = 1 << 16;

    /// <summary>Elements of a list of numbers: parameter blocks of 16,384 of the longest possible array.</summary>
    public const int MaxNumbers = 1 << 17;

    /// <summary>Elements of any other list: shards, ranges, carries, slices, holders.</summary>
    public const int MaxListLength = 1 << 14;

    /// <summary>S at most: a node has a few bytes for each shard, whatever it is sent.</summary>
    public const int MaxShardCount = 1 << 20;

    /// <summary>Index of a node within its role, and K * (1 + R), at most.</summary>
    public const int MaxNodeIndex = (1 << 16) - 1;

    /// <summary>Incarnation of a node in a handshake; the next one must not overflow.</summary>
    public const int MaxIncarnation = 1 << 30;

    /// <summary>Characters of a run's identity.</summary>
    public const int MaxRunIdLength = 128;

    /// <summary>Characters of a hash: SHA-256 in hex.</summary>
    public const int HashLength = 64;

    /// <summary>Bytes of a process's identity.</summary>
    public const int InstanceBytes = 16;

    /// <summary>Characters of an address, HOST:PORT; host names have at most 253.</summary>
    public const int MaxAddressLength = 300;

    /// <summary>Characters of a file's name.</summary>
    public const int MaxFileNameLength = 200;

    /// <summary>Characters of a reason or an error; longer ones are cut when they are sent.</summary>
    public const int MaxReasonLength = 2048;

    /// <summary>Characters of a checkpoint's name.</summary>
    public const int MaxCheckpointIdLength = 4096;

    /// <summary>Characters of what a policy remembers.</summary>
    public const int MaxPolicyStateLength = 1 << 16;

    /// <summary>Bytes of a bulk value.</summary>
    public const long MaxPayloadBytes = 1L << 40;
}
