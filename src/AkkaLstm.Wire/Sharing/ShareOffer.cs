using System.Buffers.Binary;

namespace AkkaLstm.Wire.Sharing;

/// <summary>What a sender says of itself to a receiver that may be on the same machine.</summary>
/// <param name="ProcessId">Its process.</param>
/// <param name="Sample">Memory of that process; whoever finds the key there can read the rest.</param>
internal readonly record struct ShareOffer(int ProcessId, SharedPlace Sample)
{
    private const int Size = sizeof(int) + SharedPlace.Size;

    // One for the process, for all its channels.
    private static readonly Lazy<SharedSegment?> OwnSample = new(() => SharedSegment.TryCreate(length: 1));

    /// <summary>The offer of this process; null where it has no memory that can be shared.</summary>
    public static ShareOffer? TryMake() => OwnSample.Value is { } sample
        ? new ShareOffer(Environment.ProcessId, new SharedPlace(sample.Descriptor, sample.Key, 0))
        : null;

    public byte[] Encode()
    {
        byte[] bytes = new byte[Size];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, ProcessId);
        Sample.Write(bytes.AsSpan(sizeof(int)));
        return bytes;
    }

    /// <summary>Reads an offer.</summary>
    /// <exception cref="WireException">It has another length.</exception>
    public static ShareOffer Decode(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new ShareOffer(BinaryPrimitives.ReadInt32LittleEndian(bytes), SharedPlace.Read(bytes[sizeof(int)..]))
        : throw new WireException(WireError.Malformed, $"an offer to share memory has {bytes.Length} bytes");
}
