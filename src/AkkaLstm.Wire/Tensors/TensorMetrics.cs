using System.Diagnostics.Metrics;

namespace AkkaLstm.Wire.Tensors;

/// <summary>
/// Counts the bytes of values that this process sends and receives, on all its channels together. Anything that reads
/// meters can read it.
/// </summary>
public static class TensorMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "AkkaLstm.Wire";

    private const string DirectionTag = "network.io.direction";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>(
        "akkalstm.tensor.io", "By", "Bytes of parameters, gradients and states that went over tensor channels, without frames");

    /// <summary>Bytes of a chunk that was sent.</summary>
    internal static void Sent(int bytes) => Bytes.Add(bytes, new KeyValuePair<string, object?>(DirectionTag, "transmit"));

    /// <summary>Bytes of a chunk that came.</summary>
    internal static void Received(int bytes) => Bytes.Add(bytes, new KeyValuePair<string, object?>(DirectionTag, "receive"));
}
