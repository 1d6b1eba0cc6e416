using System.Text.Json;

namespace AkkaLstm.Cluster.Tests;

/// <summary>A <c>node</c> process of which every log entry is read; all nodes of a test read the same clock.</summary>
internal sealed class LoggedNode(ClusterProcess process) : IAsyncDisposable
{
    private readonly List<(string, DateTime, JsonElement)> _entries = [];
    private int _linesRead;

    public ClusterProcess Process => process;

    /// <summary>Starts one on this machine.</summary>
    public static LoggedNode Start(params IEnumerable<string> arguments) => new(ClusterProcess.Start(
        null, ["node", .. arguments, "--log-format", "json", "--log-level", "debug"]));

    /// <summary>Its log so far.</summary>
    public IReadOnlyList<(string Event, DateTime Time, JsonElement Line)> Entries()
    {
        foreach (string line in process.LinesFrom(_linesRead))
        {
            _linesRead++;
            if (!line.StartsWith('{'))
                continue;
            JsonElement entry = JsonDocument.Parse(line).RootElement;
            _entries.Add((
                entry.GetProperty("event").GetString()!, entry.GetProperty("time").GetDateTime().ToUniversalTime(), entry));
        }

        return _entries;
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}

/// <summary>Workers that come and go; those that are there at the end are killed.</summary>
internal sealed class LoggedWorkers(int port) : List<LoggedNode>, IAsyncDisposable
{
    /// <summary>Starts one more.</summary>
    public void Start() => Add(LoggedNode.Start(["--role", "worker", "--join", $"127.0.0.1:{port}"]));

    /// <summary>Kills one.</summary>
    public async Task KillAsync(LoggedNode worker)
    {
        Remove(worker);
        await worker.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LoggedNode worker in this)
            await worker.DisposeAsync();
    }
}
