using AkkaLstm.Protocol;

namespace AkkaLstm.Wire.Tests.Payloads;

/// <summary>All payloads have the same length.</summary>
internal sealed class FloatsCodec(int length) : IPayloadCodec
{
    private int _opened;
    private int _abandoned;

    public int Opened => Volatile.Read(ref _opened);

    public int Abandoned => Volatile.Read(ref _abandoned);

    /// <summary>What it offers beside any values.</summary>
    public ReadOnlyMemory<float> Prepared { get; init; }

    public int PreparedCount { get; private set; }

    /// <summary>What it was offered last.</summary>
    public ReadOnlyMemory<float> Adopted { get; private set; }

    public IReadOnlyList<ReadOnlyMemory<float>> ValuesOf(Payload payload, PayloadPlace place) => [((Floats)payload).Values];

    public ReadOnlyMemory<float> PreparedOf(Payload payload, PayloadPlace place)
    {
        PreparedCount++;
        return Prepared;
    }

    public PayloadIntake Expect(PayloadPlace place) => new Intake(this, length);

    private sealed class Intake(FloatsCodec owner, int length) : PayloadIntake
    {
        private readonly float[] _values = new float[length];

        public override Payload Payload => new Floats(_values);

        public override IReadOnlyList<Memory<float>>? TryOpen(IReadOnlyList<int> lengths)
        {
            if (lengths.Count is not (1 or 2) || lengths[0] != length)
                return null;
            Interlocked.Increment(ref owner._opened);
            return [_values];
        }

        public override bool TryAdopt(int run, ReadOnlyMemory<float> values)
        {
            if (run == 1)
                owner.Adopted = values;
            return run == 1;
        }

        public override bool TryComplete() => true;

        public override void Abandon() => Interlocked.Increment(ref owner._abandoned);
    }
}

/// <summary>A payload that is its values.</summary>
internal sealed class Floats(float[] values) : Payload
{
    public float[] Values => values;

    public override long Bytes => values.Length * sizeof(float);
}
