using AkkaLstm.Protocol;

namespace AkkaLstm.Engines.Conformance.Exact;

/// <summary>Integers by reference.</summary>
public sealed class ExactPayload(long[] values) : Payload
{
    public long[] Values { get; } = values;

    public override long Bytes => Values.Length * sizeof(long);

    public static long[] Of(Payload payload) => ((ExactPayload)payload).Values;
}
