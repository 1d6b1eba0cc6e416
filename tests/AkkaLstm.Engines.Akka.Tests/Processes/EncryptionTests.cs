using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using AkkaLstm.Cluster.Tests;
using AkkaLstm.Protocol;
using AkkaLstm.Wire.Connections;

namespace AkkaLstm.Engines.Akka.Tests.Processes;

/// <summary>
/// <c>akka.remote.dot-netty.tcp.ssl</c> with what <c>akkalstm certs</c> makes: what it keeps out, and what it does not. All
/// nodes have the server's certificate, because every node takes calls, and expects of others the name in its own.
/// </summary>
[Trait("Category", "Campaign")]
public sealed class EncryptionTests : IDisposable
{
    private readonly Experiment _experiment = new(steps: 100, hidden: 16);

    [Fact]
    public async Task Cluster_WithCertificates_SameBitsAndOthersStayOutside()
    {
        string expected = await _experiment.ExpectedAsync();
        IReadOnlyList<(string Name, string Value)> variables = Certificates("tls", out string folder);
        await using var cluster = new AkkaCluster(_experiment, "--min-workers", "2")
        {
            Variables = variables, NodeOptions = ["--tls", folder],
        };
        ClusterProcess candidate = cluster.Candidate(0);
        cluster.Member("server");
        cluster.Member("worker");
        ClusterProcess plain = cluster.Member("worker", variables: []);
        ClusterProcess forger = cluster.Member("worker", variables: Certificates("forged", out _));
        await Experiment.UntilAsync(
            () => candidate.HasExited || _experiment.Count("run", "worker-joined") > 0, "the worker has joined");

        // Whoever calls is asked for nothing: this is what Akka.NET 1.5.30 does, and why the port must be kept from strangers.
        Assert.True(await CanCallWithoutACertificateAsync(cluster.Ports[0]));
        Assert.Equal(1, _experiment.Count("run", "worker-joined"));

        cluster.Member("worker");
        await candidate.EndsAsync(0);
        Assert.Equal(expected, _experiment.HashOf("run"));
        Assert.DoesNotContain("this is worker", plain.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("this is worker", forger.Text, StringComparison.Ordinal);
    }

    public void Dispose() => _experiment.Dispose();

    /// <summary>An authority of its own, and variables that have a node use it.</summary>
    private IReadOnlyList<(string Name, string Value)> Certificates(string name, out string folder)
    {
        folder = _experiment.Run(name);
        Directory.CreateDirectory(folder);
        (PemPair authority, IReadOnlyDictionary<NodeRole, PemPair> roles) = ClusterCertificateMaker.Make(1, TimeProvider.System);
        string trusted = Path.Combine(folder, "ca.crt");
        File.WriteAllText(trusted, authority.Certificate);
        foreach ((NodeRole role, PemPair pair) in roles)
        {
            string file = Path.Combine(folder, role.ToString().ToLowerInvariant());
            File.WriteAllText(file + ".crt", pair.Certificate);
            File.WriteAllText(file + ".key", pair.Key);
        }

        using X509Certificate2 server = X509Certificate2.CreateFromPem(
            roles[NodeRole.Server].Certificate, roles[NodeRole.Server].Key);
        string pfx = Path.Combine(folder, "cluster.pfx");
        File.WriteAllBytes(pfx, server.Export(X509ContentType.Pfx, "secret"));
        return
        [
            ("AKKALSTM_SSL", "on"), ("AKKALSTM_PFX", pfx), ("AKKALSTM_PFX_PASSWORD", "secret"), ("SSL_CERT_FILE", trusted),
        ];
    }

    private static async Task<bool> CanCallWithoutACertificateAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
#pragma warning disable CA5359 // a stranger does not care whom it talks to
        await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await stream.AuthenticateAsClientAsync("anyone");
        return stream.IsEncrypted && !stream.IsMutuallyAuthenticated;
    }
}
