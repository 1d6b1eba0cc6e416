using System.Text.Json;
using AkkaLstm.Cli.Cluster.Logs;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using Microsoft.Extensions.Logging;

namespace AkkaLstm.Cli.Tests.Cluster;

public sealed class NodeLoggerTests : IDisposable
{
    private readonly StringWriter _written = new();

    public void Dispose() => _written.Dispose();

    [Fact]
    public void Seated_Json_HasTimeLevelEventMessageAndTheNode()
    {
        Logger(LogFormat.Json).Seated(NodeId.Worker(2));

        JsonElement entry = JsonDocument.Parse(_written.ToString()).RootElement;
        Assert.Equal("information", entry.GetProperty("level").GetString());
        Assert.Equal("seated", entry.GetProperty("event").GetString());
        Assert.Equal("this is worker-2", entry.GetProperty("message").GetString());
        Assert.Equal("worker-2", entry.GetProperty("node").GetString());
        Assert.Equal(DateTimeKind.Utc, entry.GetProperty("time").GetDateTime().Kind);
    }

    [Fact]
    public void Seated_Text_IsTheSentence()
    {
        Logger(LogFormat.Text).Seated(NodeId.Worker(2));

        Assert.Equal($"akkalstm: this is worker-2{Environment.NewLine}", _written.ToString());
    }

    [Fact]
    public void TasksBegun_NobodyWantsThatMuch_IsNotWritten()
    {
        Logger(LogFormat.Text).TasksBegun(step: 3, new ShardRange(0, 4));

        Assert.Equal("", _written.ToString());
    }

    [Fact]
    public void Decision_NodeIsLost_IsAWarningWithSourceAndDetails()
    {
        var lost = new NodeLost(new Fence("run", 1, 1, 5), NodeId.Worker(0), "its connection is gone");

        Logger(LogFormat.Json).Decision(NodeId.Coordinator, lost);

        JsonElement entry = JsonDocument.Parse(_written.ToString()).RootElement;
        Assert.Equal("warning", entry.GetProperty("level").GetString());
        Assert.Equal("node-lost", entry.GetProperty("event").GetString());
        Assert.Equal("worker-0 is lost: its connection is gone", entry.GetProperty("message").GetString());
        Assert.Equal("coordinator", entry.GetProperty("source").GetString());
        Assert.Equal("worker-0", entry.GetProperty("details").GetProperty("node").GetString());
    }

    [Theory]
    [InlineData("--log-format", "xml", "text")]
    [InlineData("--log-level", "loud", "warning")]
    public async Task Node_NoSuchFormatOrLevel_IsBadInput(string option, string value, string remedy)
    {
        CliRun run = await CliRun.OfAsync("node", "--role", "worker", "--join", "127.0.0.1:1", option, value);

        run.AssertBadInput(option, value, remedy);
    }

    private NodeLogger Logger(LogFormat format) => new(_written, format, LogLevel.Information, TimeProvider.System);
}
