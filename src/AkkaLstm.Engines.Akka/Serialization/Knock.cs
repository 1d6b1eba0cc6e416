namespace AkkaLstm.Engines.Akka.Serialization;

/// <summary>
/// A node asks the coordinator for a seat, and again now and then: the one that it asked may be gone. The answer is a
/// <see cref="KnockAnswer"/>.
/// </summary>
/// <param name="Bytes">A greeting, see <see cref="Wire.Handshakes.HandshakeCodec"/>; with
/// <see cref="Wire.Handshakes.WireChannel.Files"/> the node asks what the job is, and for no seat.</param>
internal sealed record Knock(byte[] Bytes) : IControlMessage;
