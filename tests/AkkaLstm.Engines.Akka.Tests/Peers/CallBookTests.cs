using AkkaLstm.Engines.Akka.Peers;
using AkkaLstm.Protocol;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Akka.Tests.Peers;

public class CallBookTests
{
    private readonly CallBook _calls = new();

    [Theory]
    [InlineData(WireChannel.Tensors, WireChannel.TensorsBack)]
    [InlineData(WireChannel.TensorsBack, WireChannel.Tensors)]
    public void TryAdd_BothConnectionsOfACall_AreTakenInEitherOrder(WireChannel first, WireChannel second)
    {
        Assert.True(_calls.TryAdd(Call(1, 7, first)));
        Assert.False(_calls.TryAdd(Call(1, 7, first)));

        Assert.True(_calls.TryAdd(Call(1, 7, second)));
    }

    [Fact]
    public void TryAdd_EarlierCallThanTheLast_IsRefused()
    {
        Assert.True(_calls.TryAdd(Call(1, 7)));

        Assert.False(_calls.TryAdd(Call(1, 6)));
        Assert.True(_calls.TryAdd(Call(2, 6))); // of another process
        Assert.True(_calls.TryAdd(Call(1, 8)));
    }

    [Fact]
    public void TryAdd_MoreCallersThanAreRemembered_TheFirstIsForgottenAndNoOther()
    {
        for (ulong caller = 0; caller <= CallBook.MaxCallers; caller++)
            Assert.True(_calls.TryAdd(Call(caller, 7)));

        Assert.All(
            Enumerable.Range(1, CallBook.MaxCallers).Select(caller => (ulong)caller),
            caller => Assert.False(_calls.TryAdd(Call(caller, 7))));
        Assert.True(_calls.TryAdd(Call(0, 7)));
    }

    private static Greeting Call(ulong process, long call, WireChannel channel = WireChannel.Tensors) => new(
        WireLimits.ProtocolVersion, "run", "", "", NodeId.Worker(0), new NodeInstance(1, process), channel, call);
}
