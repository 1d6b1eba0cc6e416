using System.Net;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Wire.Connections;

/// <summary>A connection after its handshake.</summary>
/// <param name="Stream">Duplex; nothing of what follows the handshake has been read.</param>
/// <param name="Peer">Who is at the other end.</param>
/// <param name="PeerAddress">Where the other end is.</param>
/// <param name="Acceptance">What the one who was called answered.</param>
public sealed record WireConnection(Stream Stream, Greeting Peer, IPAddress PeerAddress, GreetingAccepted Acceptance)
    : IAsyncDisposable
{
    /// <summary>Whether both ends have the same address, or one that never leaves a machine.</summary>
    public bool IsWithinMachine { get; init; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
