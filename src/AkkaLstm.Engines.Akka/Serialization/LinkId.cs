using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Akka.Serialization;

/// <summary>Names a tensor link at both of its ends; tickets count anew on every link.</summary>
/// <param name="Caller">The process that made the call.</param>
/// <param name="Call">Number of its call; above 0.</param>
internal readonly record struct LinkId(NodeInstance Caller, long Call)
{
    /// <summary>No link: a message without values.</summary>
    public static LinkId None => default;
}
