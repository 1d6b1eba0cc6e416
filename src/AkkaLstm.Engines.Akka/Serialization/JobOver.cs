using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Engines.Akka.Serialization;

/// <summary>The coordinator that ran the job tells those who stand by for it that there is nothing left to do.</summary>
/// <param name="Bytes">How it ended: one byte, a <see cref="JobOutcomeKind"/>.</param>
internal sealed record JobOver(byte[] Bytes) : IControlMessage
{
    /// <summary>Puts one together.</summary>
    public static JobOver Of(JobOutcomeKind kind) => new([(byte)kind]);
}
