namespace AkkaLstm.Engines.Akka.Serialization;

/// <summary>The coordinator takes a node, or turns it away with a reason.</summary>
/// <param name="Bytes">A greeting's reply, see <see cref="Wire.Handshakes.HandshakeCodec"/>.</param>
internal sealed record KnockAnswer(byte[] Bytes) : IControlMessage;
