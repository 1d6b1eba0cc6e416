using System.Net.Security;
using AkkaLstm.Protocol;
using AkkaLstm.Wire.Connections;
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
    public Task Call_Expired_IsTurnedAway() => AssertTurnedAwayAsync(_cluster.Expired(NodeRole.Worker));

    [Fact]
    public Task Call_NotYetValid_IsTurnedAway() => AssertTurnedAwayAsync(_cluster.NotYetValid(NodeRole.Worker));

    [Fact]
    public Task Call_OfAnotherAuthority_IsTurnedAway() => AssertTurnedAwayAsync(_other.TrustedBy(_cluster, NodeRole.Worker));

    [Fact]
    public Task Call_OnlyForServers_IsTurnedAway() =>
        AssertTurnedAwayAsync(_cluster.For(NodeRole.Worker, TestCertificates.ServerUse));

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
    public async Task Call_NotEncrypted_IsTurnedAway()
    {
        await using TestListener listener = Listen(_cluster.Of(NodeRole.Coordinator));

        await Assert.ThrowsAsync<WireException>(() => listener.CallAsync());

        Assert.Contains("encryption", await listener.NextRefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_EncryptedWithoutCertificate_IsTurnedAway()
    {
        await using TestListener listener = Listen(_cluster.Of(NodeRole.Coordinator));
        await using var stream = new SslStream(await listener.ConnectAsync());

        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = ClusterCertificate.NameOf(NodeRole.Coordinator),
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            }).WaitAsync(TestListener.Wait);
        }
        catch (IOException)
        {
            // Whether the caller hears it already here depends on the version of TLS.
        }

        Assert.Contains("encryption", await listener.NextRefusalAsync(), StringComparison.Ordinal);
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

    private async Task AssertTurnedAwayAsync(ClusterCertificate caller)
    {
        await using TestListener listener = Listen(_cluster.Of(NodeRole.Coordinator));

        WireException e = await Assert.ThrowsAsync<WireException>(() => listener.CallAsync(caller));

        Assert.Contains("encryption", await listener.NextRefusalAsync(), StringComparison.Ordinal);
        Assert.Equal(WireError.Untrusted, e.Error);
        await using WireConnection next = await listener.CallAsync(_cluster.Of(NodeRole.Worker));
        Assert.Equal(NodeId.Worker(3), next.Acceptance.Seat);
    }
}
