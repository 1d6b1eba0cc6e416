using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using AkkaLstm.Protocol;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Tests.Support;

namespace AkkaLstm.Wire.Tests.Connections;

/// <summary>Who gets in with which certificate. The caller is a worker, who listens is the coordinator.</summary>
public sealed class ClusterCertificateTests : IDisposable
{
    private readonly TestCertificates _cluster = new();
    private readonly TestCertificates _other = new();

    public void Dispose()
    {
        _cluster.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Call_CertificatesOfTheCluster_IsAcceptedAndEncrypted()
    {
        await using TestListener listener = Listen(_cluster.Of(NodeRole.Coordinator));

        await using WireConnection caller = await listener.CallAsync(_cluster.Of(NodeRole.Worker));
        await using WireConnection called = await listener.NextAcceptedAsync();

        Assert.True(Assert.IsType<SslStream>(called.Stream).IsMutuallyAuthenticated);
        Assert.True(Assert.IsType<SslStream>(caller.Stream).IsMutuallyAuthenticated);
    }

    [Fact]
    public Task Call_Expired_IsTurnedAway() => AssertTurnedAwayAsync(_cluster.Expired(NodeRole.Worker), "is good from");

    [Fact]
    public Task Call_NotYetValid_IsTurnedAway() =>
        AssertTurnedAwayAsync(_cluster.NotYetValid(NodeRole.Worker), "is good from");

    [Fact]
    public Task Call_OfAnotherAuthority_IsTurnedAway() =>
        AssertTurnedAwayAsync(_other.TrustedBy(_cluster, NodeRole.Worker), "another authority (CN=the cluster of the test)");

    [Fact]
    public Task Call_OnlyForServers_IsTurnedAway() =>
        AssertTurnedAwayAsync(_cluster.For(NodeRole.Worker, TestCertificates.ServerUse), "not for callers");

    [Theory]
    [InlineData(NodeRole.Server)]
    [InlineData(NodeRole.Coordinator)]
    public async Task Call_OfAnotherRole_IsRefusedWithAReason(NodeRole role)
    {
        await using TestListener listener = Listen(_cluster.Of(NodeRole.Coordinator));

        WireException e = await Assert.ThrowsAsync<WireException>(() => listener.CallAsync(_cluster.Of(role)));

        Assert.Equal((WireError.Refused, (RefusalReason?)RefusalReason.Certificate), (e.Error, e.Refusal));
        Assert.Contains("not one of a worker", await listener.NextRefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Call_NotEncrypted_IsTurnedAway() => AssertTurnedAwayAsync(null, "does not encrypt");

    [Fact]
    public async Task Call_EncryptedWhereNothingIs_IsTurnedAway()
    {
        await using var listener = new TestListener();

        WireException e = await Assert.ThrowsAsync<WireException>(() => listener.CallAsync(_cluster.Of(NodeRole.Worker)));

        Assert.Equal((WireError.Untrusted, true), (e.Error, e.IsFinal));
        Assert.Contains("this node does not (--tls)", await listener.NextRefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_EncryptedWithoutCertificate_IsTurnedAway()
    {
        await using TestListener listener = Listen(_cluster.Of(NodeRole.Coordinator));
        await using var stream = new SslStream(await listener.ConnectAsync());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = ClusterCertificate.NameOf(NodeRole.Coordinator),
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        }).WaitAsync(TestListener.Wait);
        using var deadline = new Deadline(TestListener.Wait, TimeProvider.System, CancellationToken.None);

        await HandshakeFrames.WriteAsync(
            stream, FrameKind.Greeting, HandshakeCodec.Encode(TestListener.Worker), deadline);
        GreetingReply reply = HandshakeCodec.DecodeReply(
            await HandshakeFrames.ReadAsync(stream, FrameKind.GreetingReply, deadline));

        Assert.Equal(RefusalReason.Certificate, Assert.IsType<GreetingRefused>(reply).Why);
        Assert.Contains("no certificate", await listener.NextRefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_ListenerHangsUpInTheMiddle_MayBeTriedAgain()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task hangUp = Task.Run(async () => (await listener.AcceptSocketAsync()).Dispose());

        WireException e = await Assert.ThrowsAsync<WireException>(() => WireDialer.ConnectAsync(
            listener.LocalEndpoint, NodeRole.Coordinator, TestListener.Worker,
            new ConnectionOptions { Certificate = _cluster.Of(NodeRole.Worker) }, CancellationToken.None));

        Assert.Equal((WireError.Truncated, false), (e.Error, e.IsFinal));
        await hangUp;
    }

    [Fact]
    public async Task Call_ListenerWithAWorkersCertificate_IsNotTakenForTheCoordinator()
    {
        await using TestListener listener = Listen(_cluster.Of(NodeRole.Worker));

        WireException e = await Assert.ThrowsAsync<WireException>(() => listener.CallAsync(_cluster.Of(NodeRole.Worker)));

        Assert.Equal(WireError.Untrusted, e.Error);
    }

    [Fact]
    public async Task Call_ListenerOfAnotherAuthority_IsNotTaken()
    {
        await using TestListener listener = Listen(_other.TrustedBy(_cluster, NodeRole.Coordinator));

        WireException e = await Assert.ThrowsAsync<WireException>(() => listener.CallAsync(_cluster.Of(NodeRole.Worker)));

        Assert.Equal(WireError.Untrusted, e.Error);
        Assert.Contains("this node's certificate", await listener.NextRefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_ListenerOnlyForClients_IsNotTaken()
    {
        await using TestListener listener = Listen(_cluster.For(NodeRole.Coordinator, TestCertificates.ClientUse));

        WireException e = await Assert.ThrowsAsync<WireException>(() => listener.CallAsync(_cluster.Of(NodeRole.Worker)));

        Assert.Equal(WireError.Untrusted, e.Error);
    }

    private static TestListener Listen(ClusterCertificate certificate) =>
        new(new ConnectionOptions { Certificate = certificate });

    private async Task AssertTurnedAwayAsync(ClusterCertificate? caller, string reason)
    {
        await using TestListener listener = Listen(_cluster.Of(NodeRole.Coordinator));

        WireException e = await Assert.ThrowsAsync<WireException>(() => listener.CallAsync(caller));

        Assert.Equal((RefusalReason?)RefusalReason.Certificate, e.Refusal);
        Assert.True(e.IsFinal);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.Contains(reason, await listener.NextRefusalAsync(), StringComparison.Ordinal);
        await using WireConnection next = await listener.CallAsync(_cluster.Of(NodeRole.Worker));
        Assert.Equal(NodeId.Worker(3), next.Acceptance.Seat);
    }
}
