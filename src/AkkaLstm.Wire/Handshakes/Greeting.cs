using System.Buffers.Binary;
using System.Security.Cryptography;
using AkkaLstm.Protocol;

namespace AkkaLstm.Wire.Handshakes;

/// <summary>What a connection is for.</summary>
public enum WireChannel
{
    /// <summary>Control messages.</summary>
    Control,

    /// <summary>Bulk values, from the caller.</summary>
    Tensors,

    /// <summary>Bulk values, to the caller.</summary>
    TensorsBack,

    /// <summary>Files that the caller asks for.</summary>
    Files,
}

/// <summary>Identity of a process: the same after a reconnect, another one after a restart.</summary>
/// <param name="High">The first eight of its random bytes.</param>
/// <param name="Low">The other eight.</param>
public readonly record struct NodeInstance(ulong High, ulong Low)
{
    /// <summary>A new one, from the system's source of random numbers.</summary>
    public static NodeInstance New()
    {
        Span<byte> bytes = stackalloc byte[WireLimits.InstanceBytes];
        RandomNumberGenerator.Fill(bytes);
        return Read(bytes);
    }

    /// <summary>From its <see cref="WireLimits.InstanceBytes"/> bytes.</summary>
    public static NodeInstance Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]));

    /// <summary>Its bytes.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[WireLimits.InstanceBytes];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(sizeof(ulong)), Low);
        return bytes;
    }
}

/// <summary>How a node introduces itself: the first frame on a connection.</summary>
/// <param name="ProtocolVersion">See <see cref="WireLimits.ProtocolVersion"/>.</param>
/// <param name="RunId">The run it belongs to; empty when it joins whatever runs.</param>
/// <param name="PlanHash">SHA-256 of the plan in lower-case hex; empty when it has none yet.</param>
/// <param name="DataHash">SHA-256 of the data in lower-case hex; empty when it has none yet.</param>
/// <param name="Node">Its address.</param>
/// <param name="Instance">Its process.</param>
/// <param name="Channel">What the connection is for.</param>
/// <param name="Call">Counts the calls of a process: its connections of one call belong together, and one of an
/// earlier call than the last is a replay.</param>
/// <param name="WantsSeat">Whether the index in <paramref name="Node"/> means nothing yet: any free one will do.</param>
/// <param name="Listen"><c>HOST:PORT</c> where others reach it; empty when it takes no calls.</param>
/// <param name="Incarnation">Counts the processes that had its address before; nothing yet with
/// <paramref name="WantsSeat"/>.</param>
public sealed record Greeting(
    int ProtocolVersion,
    string RunId,
    string PlanHash,
    string DataHash,
    NodeId Node,
    NodeInstance Instance,
    WireChannel Channel,
    long Call = 0,
    bool WantsSeat = false,
    string Listen = "",
    int Incarnation = 0);
