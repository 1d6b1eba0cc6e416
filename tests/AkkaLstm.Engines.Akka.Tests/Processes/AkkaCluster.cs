using System.Globalization;
using AkkaLstm.Cluster.Tests;

namespace AkkaLstm.Engines.Akka.Tests.Processes;

/// <summary>
/// <c>node</c> processes on the Akka engine, with the configuration files of the repository, as on several machines: two
/// candidates, servers and workers.
/// </summary>
internal sealed class AkkaCluster : IAsyncDisposable
{
    private readonly Experiment _experiment;
    private readonly string[] _options;
    private readonly List<ClusterProcess> _processes = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(1) };
    private int _started;

    /// <summary>Takes ports; starts nothing.</summary>
    /// <param name="experiment">The job; its run is called <c>run</c>.</param>
    /// <param name="options">Options of the coordinator besides the plan.</param>
    public AkkaCluster(Experiment experiment, params string[] options)
    {
        (_experiment, _options) = (experiment, options);
        Ports = [FreePort.Next(), FreePort.Next()];
        StatusPorts = [FreePort.Next(), FreePort.Next()];
    }

    /// <summary>Hosts of the candidates.</summary>
    public string[] Hosts { get; init; } = ["127.0.0.1", "127.0.0.1"];

    /// <summary>Environment variables of all nodes, besides the addresses.</summary>
    public IReadOnlyList<(string Name, string Value)> Variables { get; init; } = [];

    /// <summary>Options of every node.</summary>
    public string[] NodeOptions { get; init; } = [];

    /// <summary>Akka ports of the candidates.</summary>
    public int[] Ports { get; }

    private int[] StatusPorts { get; }

    /// <summary>A process that can be the coordinator.</summary>
    /// <param name="index">0 begins the cluster, 1 stands by.</param>
    /// <param name="network">The namespace that it runs in.</param>
    public ClusterProcess Candidate(int index, string? network = null) => Start(
        network,
        Hosts[index],
        Ports[index],
        [
            "--role", "coordinator", "--config", Config("coordinator"), "--out", _experiment.Run("run"),
            "--status", $"127.0.0.1:{StatusPorts[index]}", .. _experiment.Plan, .. _options,
        ]);

    /// <summary>A server or worker.</summary>
    /// <param name="role">Its role.</param>
    /// <param name="network">The namespace that it runs in.</param>
    /// <param name="host">Its address.</param>
    /// <param name="variables">Instead of <see cref="Variables"/>.</param>
    public ClusterProcess Member(
        string role,
        string? network = null,
        string host = "127.0.0.1",
        IReadOnlyList<(string Name, string Value)>? variables = null) => Start(
        network,
        host,
        port: 0,
        ["--role", role, "--config", Config(role), "--cache", _experiment.Run($"cache-{Interlocked.Increment(ref _started)}")],
        variables);

    /// <summary>Both candidates, servers and three workers. The first seed begins the cluster, and so is the oldest.</summary>
    public (ClusterProcess[] Candidates, ClusterProcess[] Servers, ClusterProcess[] Workers) StartAll(int servers = 2) =>
    (
        [Candidate(0), Candidate(1)],
        [.. Enumerable.Range(0, servers).Select(_ => Member("server"))],
        [Member("worker"), Member("worker"), Member("worker")]);

    /// <summary>Closed steps as a candidate shows them; null where it shows none.</summary>
    public async Task<int?> StepAsync(int candidate)
    {
        try
        {
            string page = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{StatusPorts[candidate]}/metrics"));
            string? line = Array.Find(page.Split('\n'), l => l.StartsWith("akkalstm_step_number ", StringComparison.Ordinal));
            return line is null ? null : (int)double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Waits until a candidate shows more than so many closed steps.</summary>
    public async Task<int> BeyondAsync(int candidate, int step)
    {
        using var limit = new CancellationTokenSource(Experiment.Deadline);
        while (true)
        {
            if (await StepAsync(candidate) is { } now && now > step)
                return now;
            Assert.False(limit.IsCancellationRequested, $"candidate {candidate} does not get beyond step {step}: {Texts()}");
            await Task.Delay(TimeSpan.FromMilliseconds(2));
        }
    }

    /// <summary>What all processes have printed.</summary>
    public string Texts() => string.Join("\n---\n", _processes.Select(process => process.Text));

    public async ValueTask DisposeAsync()
    {
        foreach (ClusterProcess process in _processes)
            await process.DisposeAsync();
        _http.Dispose();
    }

    private ClusterProcess Start(
        string? network,
        string host,
        int port,
        IEnumerable<string> arguments,
        IReadOnlyList<(string Name, string Value)>? variables = null)
    {
        string seeds = string.Join(", ", Hosts.Zip(Ports).Select(seed => $"\"akka.tcp://akkalstm@{seed.First}:{seed.Second}\""));
        string[] open = host == "127.0.0.1" ? [] : ["--listen", $"{host}:0", "--insecure"];
        ClusterProcess process = ClusterProcess.Start(
            network,
            ["node", .. arguments, .. NodeOptions, .. open],
            [
                ("AKKALSTM_SEEDS", $"[{seeds}]"),
                ("AKKALSTM_HOST", host),
                ("AKKALSTM_PORT", port.ToString(CultureInfo.InvariantCulture)),
                .. variables ?? Variables,
            ]);
        _processes.Add(process);
        return process;
    }

    private static string Config(string role) => Path.Combine(AppContext.BaseDirectory, "cluster-config", $"{role}.conf");
}
