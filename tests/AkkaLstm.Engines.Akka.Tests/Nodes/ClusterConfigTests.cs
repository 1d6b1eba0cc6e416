using System.Net;
using System.Net.Sockets;
using Akka.Configuration;
using AkkaLstm.Engines.Akka.Nodes;
using AkkaLstm.Protocol;

namespace AkkaLstm.Engines.Akka.Tests.Nodes;

/// <summary>The files in cluster-config, and what they cannot change.</summary>
public sealed class ClusterConfigTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Theory]
    [InlineData(NodeRole.Coordinator)]
    [InlineData(NodeRole.Server)]
    [InlineData(NodeRole.Worker)]
    public void File_WithoutVariables_HasTwoSeedsOnTheLoopbackDevice(NodeRole role)
    {
        Config config = EngineConfig.Cluster(role, ReadFile(role), Nothing);

        Assert.Equal([role.ToString().ToLowerInvariant()], config.GetStringList("akka.cluster.roles"));
        Assert.Equal(2, config.GetStringList("akka.cluster.seed-nodes").Count);
        Assert.Equal("127.0.0.1", config.GetString("akka.remote.dot-netty.tcp.hostname"));
        Assert.Equal(role == NodeRole.Coordinator ? 4053 : 0, config.GetInt("akka.remote.dot-netty.tcp.port"));
        Assert.False(config.GetBoolean("akka.remote.dot-netty.tcp.enable-ssl"));
        Assert.False(config.HasPath("akka.remote.dot-netty.tcp.public-hostname"));
        Assert.Equal("keep-majority", config.GetString("akka.cluster.split-brain-resolver.active-strategy"));
        Assert.Equal(TimeSpan.FromSeconds(1), config.GetTimeSpan("akka.cluster.failure-detector.acceptable-heartbeat-pause"));
    }

    [Theory]
    [InlineData(NodeRole.Coordinator)]
    [InlineData(NodeRole.Server)]
    [InlineData(NodeRole.Worker)]
    public void File_WithVariables_TakesTheirValues(NodeRole role)
    {
        Config config = EngineConfig.Cluster(role, ReadFile(role), new Dictionary<string, string>
        {
            ["AKKALSTM_HOST"] = "0.0.0.0",
            ["AKKALSTM_PUBLIC_HOST"] = "node-1.cluster",
            ["AKKALSTM_PORT"] = "4060",
            ["AKKALSTM_SSL"] = "on",
            ["AKKALSTM_PFX"] = "/certs/a.pfx",
            ["AKKALSTM_PFX_PASSWORD"] = "quote \" and \\ backslash",
            ["AKKALSTM_SEEDS"] = "[\"akka.tcp://akkalstm@a:1\", \"akka.tcp://akkalstm@b:2\", \"akka.tcp://akkalstm@c:3\"]",
        });

        Assert.Equal("0.0.0.0", config.GetString("akka.remote.dot-netty.tcp.hostname"));
        Assert.Equal("node-1.cluster", config.GetString("akka.remote.dot-netty.tcp.public-hostname"));
        Assert.Equal(4060, config.GetInt("akka.remote.dot-netty.tcp.port"));
        Assert.True(config.GetBoolean("akka.remote.dot-netty.tcp.enable-ssl"));
        Assert.Equal("/certs/a.pfx", config.GetString("akka.remote.dot-netty.tcp.ssl.certificate.path"));
        Assert.Equal(
            "quote \" and \\ backslash", config.GetString("akka.remote.dot-netty.tcp.ssl.certificate.password"));
        Assert.Equal(
            ["akka.ssl.tcp://akkalstm@a:1", "akka.ssl.tcp://akkalstm@b:2", "akka.ssl.tcp://akkalstm@c:3"], // as enable-ssl wants
            config.GetStringList("akka.cluster.seed-nodes"));
    }

    [Fact]
    public void Cluster_FileThatOpensTheDoor_ChangesNothingOfWhatMayComeIn()
    {
        Config config = EngineConfig.Cluster(
            NodeRole.Worker,
            """
            akka.actor.serializers.json = "Akka.Serialization.NewtonSoftJsonSerializer, Akka"
            akka.actor.serializers.hyperion = "Akka.Serialization.HyperionSerializer, Akka.Serialization.Hyperion"
            akka.actor.serialization-bindings."System.Object" = hyperion
            akka.remote.dot-netty.tcp.maximum-frame-size = 1g
            akka.cluster.roles = [coordinator]
            """,
            Nothing);

        Assert.Contains("RefusingSerializer", config.GetString("akka.actor.serializers.json"), StringComparison.Ordinal);
        Assert.Contains(
            "ControlMessageSerializer", config.GetString("akka.actor.serializers.hyperion"), StringComparison.Ordinal);
        Assert.Equal("json", config.GetConfig("akka.actor.serialization-bindings").GetValue("\"System.Object\"").GetString());
        Assert.Equal(1_200_000, config.GetByteSize("akka.remote.dot-netty.tcp.maximum-frame-size"));
        Assert.Equal(["worker"], config.GetStringList("akka.cluster.roles"));
    }

    [Theory]
    [InlineData("akka.remote.dot-netty.tcp { enable-ssl = on, ssl.certificate.path = \"/no/such.pfx\" }", "/no/such.pfx")]
    [InlineData("akka { remote. = ", "akka.cluster.seed-nodes is empty")]
    [InlineData("", "akka.cluster.seed-nodes is empty")]
    public void Start_ConfigurationThatCannotBeUsed_SaysWhy(string config, string why)
    {
        var e = Assert.Throws<NodeStartException>(
            () => NodeSystem.Start(NodeRole.Worker, new ClusterNodeOptions { Config = config }));

        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_PortThatAnotherProcessHas_NamesIt()
    {
        using var other = new Socket(SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        int port = ((IPEndPoint)other.LocalEndPoint!).Port;

        var e = Assert.Throws<NodeStartException>(() => NodeSystem.Start(
            NodeRole.Coordinator,
            new ClusterNodeOptions { Config = $"akka.remote.dot-netty.tcp {{ hostname = 127.0.0.1, port = {port} }}" }));

        Assert.Contains($"127.0.0.1:{port}", e.Message, StringComparison.Ordinal);
        Assert.Contains("in use", e.Message, StringComparison.Ordinal);
    }

    private static string ReadFile(NodeRole role)
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "AkkaLstm.sln")))
            directory = Path.GetDirectoryName(directory)!;
        return File.ReadAllText(Path.Combine(directory, "cluster-config", $"{role.ToString().ToLowerInvariant()}.conf"));
    }
}
