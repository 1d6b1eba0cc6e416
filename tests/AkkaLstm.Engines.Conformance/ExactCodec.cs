using System.Runtime.InteropServices;
using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol;

namespace AkkaLstm.Engines.Conformance;

/// <summary>
/// Payloads of <see cref="ExactExecutor"/> for engines whose nodes share no memory: each integer as the bits of two
/// values. Values are copied out when a message is encoded, so that nothing here depends on who owns which buffer.
/// </summary>
/// <param name="model">Says how long payloads are.</param>
public sealed class ExactCodec(ExactModel model) : IPayloadCodec
{
    private const int FloatsPerInteger = sizeof(long) / sizeof(float);

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<float>> ValuesOf(Payload payload, PayloadPlace place)
    {
        ReadOnlySpan<long> values = ExactPayload.Of(payload);
        (int start, int length) = model.Slice(place.Slice);
        if (place.Kind == PayloadKind.Gradient)
            values = values.Slice(start, length);
        return [MemoryMarshal.Cast<long, float>(values).ToArray()];
    }

    /// <inheritdoc/>
    public PayloadIntake Expect(PayloadPlace place)
    {
        (int start, int length) = model.Slice(place.Slice);
        return place.Kind switch
        {
            PayloadKind.Gradient => new Intake(model.ParameterCount, start, length),
            PayloadKind.Parameters => new Intake(length, 0, length),
            PayloadKind.State => new Intake(2 * length, 0, 2 * length),
            _ => new Intake(1, 0, 1),
        };
    }

    private sealed class Intake(int payloadLength, int start, int length) : PayloadIntake
    {
        private readonly ExactPayload _payload = new(new long[payloadLength]);
        private readonly float[] _values = new float[length * FloatsPerInteger];

        public override Payload Payload => _payload;

        public override IReadOnlyList<Memory<float>>? TryOpen(IReadOnlyList<int> lengths) =>
            lengths.Count == 1 && lengths[0] == _values.Length ? [_values] : null;

        public override bool TryComplete()
        {
            MemoryMarshal.Cast<float, long>(_values).CopyTo(_payload.Values.AsSpan(start, length));
            return true;
        }

        public override void Abandon()
        {
            // What was read so far is nobody's.
        }
    }
}
