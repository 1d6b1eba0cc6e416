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

    private readonly int _hidden;
    private readonly string[] _more;

    /// <summary>Options of the plan.</summary>
    /// <param name="steps">Length of the job; <see cref="Endless"/> for one that is ended by <see cref="StopAsync"/>.</param>
    /// <param name="hidden">Size of the model, which sets how long a step takes.</param>
    /// <param name="more">Options besides; by default the sunspot numbers are forecast.</param>
    public Experiment(int steps, int hidden, params IEnumerable<string> more)
    {
        _hidden = hidden;
        _more = [.. more];
        Plan = PlanOf(steps);
    }

    /// <summary>Steps of a job that lasts as long as the test wants.</summary>
    public static int Endless => 100_000_000;

    public IReadOnlyList<string> Plan { get; }

    /// <summary>A run directory of a name.</summary>
    public string Run(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>SHA-256 over all parameters at the end of a run in one process.</summary>
    public Task<string> ExpectedAsync() => ExpectedAsync(Plan);

    /// <summary>Ends an endless run after the step under way, and holds its parameters against those of one process after
    /// as many steps.</summary>
    /// <returns>How many steps it made.</returns>
    public async Task<int> StopAsync(ClusterProcess coordinator, string run)
    {
        ClusterProcess.Signal(coordinator.Id, "TERM");
        await coordinator.EndsAsync(130);
        int steps = int.Parse(Path.GetFileName(LastCheckpoint(run))["step-".Length..], CultureInfo.InvariantCulture);
        Assert.Equal(await ExpectedAsync(PlanOf(steps)), HashOf(run));
        return steps;
    }

    /// <summary>SHA-256 over all parameters of a run's last checkpoint.</summary>
    public string HashOf(string run)
    {
        string manifestPath = Path.Combine(LastCheckpoint(run), "manifest.json");
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(manifestPath));
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

    /// <summary>The last step in the metrics of a run so far, which have every tenth.</summary>
    public int Steps(string run)
    {
        string path = Path.Combine(Run(run), "metrics.jsonl");
        if (!File.Exists(path))
            return 0;
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        string? last = file.ReadToEnd().Split('\n').LastOrDefault(line => line.EndsWith('}'));
        return last is null ? 0 : JsonDocument.Parse(last).RootElement.GetProperty("step").GetInt32();
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

    /// <summary>A number from the environment that makes a campaign of a test.</summary>
    public static int Setting(string name, int normal) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : normal;

    /// <summary>Median and range of seconds.</summary>
    public static string Spread(IReadOnlyList<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        return string.Create(
            CultureInfo.InvariantCulture, $"{sorted[sorted.Length / 2]:0.000} s ({sorted[0]:0.000}..{sorted[^1]:0.000})");
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private async Task<string> ExpectedAsync(IReadOnlyList<string> plan)
    {
        await using ClusterProcess single = ClusterProcess.Start(
            null, ["train", .. plan, "--workers", "1", "--out", Run("one"), "--quiet"]);
        await single.EndsAsync(0);
        return HashOf("one");
    }

    private string LastCheckpoint(string run) =>
        Directory.GetDirectories(Path.Combine(Run(run), "checkpoints"), "step-*").Order(StringComparer.Ordinal).Last();

    private string[] PlanOf(int steps) =>
    [
        "--hidden", Text(_hidden), "--steps", Text(steps), "--epochs", "10000000", "--patience", "10000000", "--seed", "7", .. _more,
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
