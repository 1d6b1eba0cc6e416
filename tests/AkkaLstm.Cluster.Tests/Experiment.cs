using System.Globalization;
using System.Text.Json;

namespace AkkaLstm.Cluster.Tests;

/// <summary>A job, its run directories, and what one process makes of it.</summary>
internal sealed class Experiment : IDisposable
{
    /// <summary>Bound of every wait.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("akkalstm-cluster-");

    /// <summary>Options of the plan.</summary>
    /// <param name="steps">Length of the job.</param>
    /// <param name="hidden">Size of the model, which sets how long a step takes.</param>
    public Experiment(int steps, int hidden) => Plan =
    [
        "--hidden", Text(hidden), "--steps", Text(steps), "--epochs", "1000000", "--patience", "1000000", "--seed", "7",
    ];

    public IReadOnlyList<string> Plan { get; }

    /// <summary>A run directory of a name.</summary>
    public string Run(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>SHA-256 over all parameters at the end of a run in one process.</summary>
    public async Task<string> ExpectedAsync()
    {
        await using ClusterProcess single = ClusterProcess.Start(
            null, ["train", .. Plan, "--workers", "1", "--out", Run("one"), "--quiet"]);
        await single.EndsAsync(0);
        return HashOf("one");
    }

    /// <summary>SHA-256 over all parameters of a run's last checkpoint.</summary>
    public string HashOf(string run)
    {
        string last = Directory.GetDirectories(Path.Combine(Run(run), "checkpoints"), "step-*").Order(StringComparer.Ordinal).Last();
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(last, "manifest.json")));
        return manifest.RootElement.GetProperty("parameterHash").GetString()!;
    }

    /// <summary>The events of a run so far, by name.</summary>
    public IReadOnlyList<(string Name, JsonElement Line)> Events(string run)
    {
        string path = Path.Combine(Run(run), "events.jsonl");
        if (!File.Exists(path))
            return [];
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var events = new List<(string, JsonElement)>();
        while (file.ReadLine() is { } line)
        {
            if (!line.EndsWith('}'))
                break; // is being written
            JsonElement element = JsonDocument.Parse(line).RootElement;
            events.Add((element.GetProperty("event").GetString()!, element));
        }

        return events;
    }

    /// <summary>How often an event has happened.</summary>
    public int Count(string run, string name) => Events(run).Count(e => e.Name == name);

    /// <summary>Waits for a condition.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, $"waited in vain until {what}");
            await Task.Delay(PollInterval);
        }
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
