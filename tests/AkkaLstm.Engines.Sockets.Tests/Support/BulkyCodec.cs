using AkkaLstm.Protocol;

namespace AkkaLstm.Engines.Sockets.Tests.Support;

/// <summary>Adds to parameters and gradients what makes them large, and means nothing.</summary>
/// <param name="inner">The values that mean something.</param>
/// <param name="length">Values that are added.</param>
internal sealed class BulkyCodec(IPayloadCodec inner, int length) : IPayloadCodec
{
    private readonly float[] _bulk = new float[length];

    public IReadOnlyList<ReadOnlyMemory<float>> ValuesOf(Payload payload, PayloadPlace place) =>
        IsLarge(place) ? [.. inner.ValuesOf(payload, place), _bulk] : inner.ValuesOf(payload, place);

    public PayloadIntake Expect(PayloadPlace place) =>
        IsLarge(place) ? new Intake(inner.Expect(place), new float[length]) : inner.Expect(place);

    private static bool IsLarge(PayloadPlace place) => place.Kind is PayloadKind.Parameters or PayloadKind.Gradient;

    private sealed class Intake(PayloadIntake inner, float[] bulk) : PayloadIntake
    {
        public override Payload Payload => inner.Payload;

        public override IReadOnlyList<Memory<float>>? TryOpen(IReadOnlyList<int> lengths) =>
            inner.TryOpen([.. lengths.SkipLast(1)]) is { } memory ? [.. memory, bulk] : null;

        public override bool TryComplete() => inner.TryComplete();

        public override void Abandon() => inner.Abandon();
    }
}
