using System.Net;
using System.Net.Sockets;
using AkkaLstm.Cli.Cluster.Status;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Cli.Tests.Cluster;

public sealed class NodeStatusTests
{
    private static readonly Fence Seventh = new("run", 1, 1, 6);

    [Fact]
    public async Task Pages_OfACoordinator_FollowItsEvents()
    {
        IPEndPoint endpoint = FreeEndPoint();
        await using var status = new NodeStatus(NodeRole.Coordinator, endpoint);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{endpoint}") };

        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(client, "/healthz"));
        (HttpStatusCode code, string text) = await GetAsync(client, "/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Contains("no generation has started", text, StringComparison.Ordinal);

        Record(status, new GenerationStarted(Seventh, StateSource.Initial, null, "the job begins"));
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await GetAsync(client, "/readyz"));

        Record(status, new NodeLost(Seventh, NodeId.Worker(0), "silent"));
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await GetAsync(client, "/readyz"));
        Record(status, new NodeLost(Seventh, NodeId.Server(1), "silent"));
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "not ready: server-1 is lost\n"), await GetAsync(client, "/readyz"));

        Record(status, new WorkersAwaited(Seventh, 1, 3));
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "not ready: 1 of 3 workers are there\n"), await GetAsync(client, "/readyz"));
    }

    [Fact]
    public async Task Dispose_WhileSomebodyAsks_Ends()
    {
        // A node whose port is polled must end all the same: the listener may be closed at any moment of a call.
        for (int round = 0; round < 2000; round++)
        {
            IPEndPoint endpoint = FreeEndPoint();
            var status = new NodeStatus(NodeRole.Coordinator, endpoint);
            using var client = new HttpClient { BaseAddress = new Uri($"http://{endpoint}"), Timeout = TimeSpan.FromSeconds(30) };
            using var answered = new SemaphoreSlim(0);
            Task asking = Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        await GetAsync(client, "/healthz");
                        answered.Release();
                    }
                }
                catch (Exception e) when (e is HttpRequestException or IOException)
                {
                    // It is closed.
                }
            });
            Assert.True(await answered.WaitAsync(TimeSpan.FromSeconds(30)));

            await status.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            await asking.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    [Fact]
    public async Task Metrics_AfterEvents_AreInPrometheusFormat()
    {
        IPEndPoint endpoint = FreeEndPoint();
        await using var status = new NodeStatus(NodeRole.Coordinator, endpoint);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{endpoint}") };
        Record(status, new NodeLost(Seventh, NodeId.Worker(0), "silent"));
        Record(status, new NodeLost(Seventh, NodeId.Worker(2), "silent"));
        Record(status, new NodeLost(Seventh, NodeId.Server(0), "silent"));
        Record(status, new TasksReassigned(Seventh, NodeId.Worker(1), [new ShardRange(0, 4), new ShardRange(6, 2)]));
        foreach (int milliseconds in (int[])[4, 40])
        {
            Record(status, new StepClosed(
                Seventh, 0, 6, new LossTotal(30, 20, 0), 1, new StepDecision(0.1f, 1), TimeSpan.FromMilliseconds(milliseconds), []));
        }

        using HttpResponseMessage answer = await client.GetAsync(new Uri("/metrics", UriKind.Relative));
        string[] lines = (await answer.Content.ReadAsStringAsync()).Split('\n');

        Assert.StartsWith("text/plain; version=0.0.4", answer.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        string[] expected =
        [
            "# TYPE akkalstm_nodes_lost_total counter",
            "akkalstm_nodes_lost_total{akkalstm_node_role=\"worker\"} 2",
            "akkalstm_nodes_lost_total{akkalstm_node_role=\"server\"} 1",
            "akkalstm_tasks_reassigned_total 6",
            "akkalstm_steps_total 2",
            "akkalstm_targets_total 40",
            "akkalstm_step_number 7",
            "akkalstm_step_loss 1.5",
            "# TYPE akkalstm_step_duration_seconds histogram",
            "akkalstm_step_duration_seconds_bucket{le=\"0.0025\"} 0",
            "akkalstm_step_duration_seconds_bucket{le=\"0.005\"} 1",
            "akkalstm_step_duration_seconds_bucket{le=\"0.05\"} 2",
            "akkalstm_step_duration_seconds_bucket{le=\"+Inf\"} 2",
            "akkalstm_step_duration_seconds_count 2",
            "# TYPE dotnet_process_memory_working_set_bytes gauge",
        ];
        Assert.All(expected, line => Assert.Contains(line, lines));
    }

    [Fact]
    public async Task Pages_OtherPathOrMethod_AreRefused()
    {
        IPEndPoint endpoint = FreeEndPoint();
        await using var status = new NodeStatus(NodeRole.Worker, endpoint);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{endpoint}") };

        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(client, "/runs")).Code);
        using HttpResponseMessage posted = await client.PostAsync(new Uri("/healthz", UriKind.Relative), new StringContent("x"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
    }

    [Fact]
    public async Task Start_PortThatIsTaken_SaysSo()
    {
        IPEndPoint endpoint = FreeEndPoint();
        await using var first = new NodeStatus(NodeRole.Worker, endpoint);

        var failure = Assert.Throws<BadInputException>(() => new NodeStatus(NodeRole.Worker, endpoint));
        Assert.Contains($"--status {endpoint}", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:9140", "--insecure")]
    [InlineData("127.0.0.1:0", "give one")]
    [InlineData("9140", "HOST:PORT")]
    public async Task Node_StatusAddressThatWillNotDo_IsBadInput(string address, string remedy) =>
        (await CliRun.OfAsync("node", "--role", "worker", "--join", "127.0.0.1:1", "--status", address))
            .AssertBadInput("--status", remedy);

    [Fact]
    public async Task Status_OfAMember_IsItsReadinessAsExitCode()
    {
        IPEndPoint endpoint = FreeEndPoint();
        string address = endpoint.ToString();
        await using (var status = new NodeStatus(NodeRole.Worker, endpoint))
        {
            CliRun waiting = await CliRun.OfAsync("status", address);
            Assert.Equal((1, "not ready: it has no seat: the coordinator is looked for\n"), (waiting.ExitCode, waiting.Out));
            Assert.Equal("ok\n", (await CliRun.OfAsync("status", address, "--live")).AssertDone().Out);

            status.Health.Ready();
            Assert.Equal("ready\n", (await CliRun.OfAsync("status", address)).AssertDone().Out);
        }

        (await CliRun.OfAsync("status", address)).AssertOneLine(CliRun.ExitCodes.Failed, address, "does not answer");
    }

    private static void Record(NodeStatus status, JobEvent what) => status.Record(TimeSpan.Zero, NodeId.Coordinator, what);

    private static async Task<(HttpStatusCode Code, string Text)> GetAsync(HttpClient client, string path)
    {
        using HttpResponseMessage answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A port that was free a moment ago.</summary>
    private static IPEndPoint FreeEndPoint()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return (IPEndPoint)probe.LocalEndpoint;
    }
}
