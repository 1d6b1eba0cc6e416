using AkkaLstm.Protocol;

namespace AkkaLstm.Engines.Simulation.Exact;

/// <summary>Integers by reference.</summary>
/// <param name="values">The buffer, not copied.</param>
public sealed class ExactPayload(long[] values) : Payload
{
    /// <summary>The buffer.</summary>
    public long[] Values { get; } = values;

    /// <inheritdoc/>
    public override long Bytes => Values.Length * sizeof(long);

    /// <summary>The integers of a payload that came from an <see cref="ExactExecutor"/>.</summary>
    public static long[] Of(Payload payload) => ((ExactPayload)payload).Values;
}
