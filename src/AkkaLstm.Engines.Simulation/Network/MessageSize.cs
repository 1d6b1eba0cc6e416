using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Engines.Simulation;

/// <summary>What a message would take on a wire.</summary>
internal static class MessageSize
{
    /// <summary>A control message: fence, addresses, a few numbers.</summary>
    private const long ControlBytes = 128;

    /// <summary>Bytes of a message.</summary>
    public static long Of(Message message) => ControlBytes + message switch
    {
        ParametersPulled m => m.Parameters.Bytes + SumOf(m.Carries),
        PushGradient m => (m.Gradient.Bytes / m.Slice.Count) + SumOf(m.Carries),
        RestoreRequested { Copy: { } copy } => copy.State.Bytes + SumOf(copy.Carries),
        SnapshotTaken m => m.State.Bytes + SumOf(m.Carries),
        _ => 0,
    };

    private static long SumOf(IReadOnlyList<Payload?> payloads)
    {
        long bytes = 0;
        for (int i = 0; i < payloads.Count; i++)
            bytes += payloads[i]?.Bytes ?? 0;
        return bytes;
    }
}
