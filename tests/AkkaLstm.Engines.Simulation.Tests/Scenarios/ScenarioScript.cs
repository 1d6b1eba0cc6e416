using System.Globalization;
using AkkaLstm.Protocol;

namespace AkkaLstm.Engines.Simulation.Tests.Scenarios;

/// <summary>
/// A scenario file: comments (<c>#</c>), commands, a line <c>----</c> and the trace that the commands must lead to.
/// The commands are in docs/SIMULATION.md.
/// </summary>
internal sealed class ScenarioScript
{
    private const string Separator = "----\n";

    private ScenarioScript(string commands, string expected)
    {
        Commands = commands;
        Expected = expected;
        foreach (string line in commands.Split('\n'))
            Parse(line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The file up to the separator.</summary>
    public string Commands { get; }

    /// <summary>The file after the separator.</summary>
    public string Expected { get; }

    /// <summary>Numbers of the line <c>cluster</c>, by name.</summary>
    public Dictionary<string, int> Cluster { get; } = new(StringComparer.Ordinal)
    {
        ["workers"] = 2,
        ["servers"] = 1,
        ["replicas"] = 0,
        ["shards"] = 4,
        ["steps"] = 12,
        ["checkpoint-every"] = 4,
        ["min-workers"] = 1,
    };

    /// <summary>What is done, and when.</summary>
    public List<ScenarioAction> Actions { get; } = [];

    /// <summary>Reads a file.</summary>
    public static ScenarioScript Read(string path)
    {
        string[] parts = File.ReadAllText(path).Split(Separator);
        return new ScenarioScript(parts[0], parts.Length > 1 ? parts[1] : "");
    }

    /// <summary>Writes the file anew with another trace.</summary>
    public void Rewrite(string path, string trace) => File.WriteAllText(path, Commands + Separator + trace);

    private void Parse(string[] words)
    {
        switch (words)
        {
            case []: break;
            case ["cluster", .. var numbers]:
                for (int i = 0; i < numbers.Length; i += 2)
                {
                    Assert.True(Cluster.ContainsKey(numbers[i]), $"cluster has no {numbers[i]}");
                    Cluster[numbers[i]] = int.Parse(numbers[i + 1], CultureInfo.InvariantCulture);
                }

                break;
            case ["at", var moment, var step, .. var rest] when moment is "step" or "snapshot" or "write" or "saved":
                Actions.Add(ScenarioAction.Of(moment, long.Parse(step, CultureInfo.InvariantCulture), rest));
                break;
            case ["at", var time, .. var rest]:
                Actions.Add(ScenarioAction.Of("time", ScenarioAction.Milliseconds(time), rest));
                break;
            default: throw new FormatException($"no such command: {string.Join(' ', words)}");
        }
    }
}

/// <summary>One command of a script.</summary>
/// <param name="Moment"><c>time</c>, or what happens at a step: <c>step</c> (its first task begins), <c>snapshot</c> or
/// <c>write</c> (a checkpoint of it begins), <c>saved</c> (it is on disk).</param>
/// <param name="Number">Milliseconds or the step.</param>
/// <param name="Delay">Time after that.</param>
/// <param name="Verb">What to do.</param>
/// <param name="Nodes">To whom.</param>
internal sealed record ScenarioAction(string Moment, long Number, TimeSpan Delay, string Verb, IReadOnlyList<NodeId> Nodes)
{
    /// <summary>Parses the words after the moment: an optional delay such as <c>+20ms</c>, a verb, nodes.</summary>
    public static ScenarioAction Of(string moment, long number, string[] words)
    {
        TimeSpan delay = TimeSpan.Zero;
        if (words[0].StartsWith('+'))
        {
            delay = TimeSpan.FromMilliseconds(Milliseconds(words[0][1..]));
            words = words[1..];
        }

        var nodes = new List<NodeId>();
        for (int i = 1; i < words.Length; i++)
        {
            nodes.Add(words[i] switch
            {
                "worker" => NodeId.Worker(int.Parse(words[++i], CultureInfo.InvariantCulture)),
                "server" => NodeId.Server(int.Parse(words[++i], CultureInfo.InvariantCulture)),
                "coordinator" => NodeId.Coordinator,
                _ => throw new FormatException($"no such node: {words[i]}"),
            });
        }

        return new ScenarioAction(moment, number, delay, words[0], nodes);
    }

    /// <summary>Reads <c>20ms</c>.</summary>
    public static long Milliseconds(string text) =>
        long.Parse(text.AsSpan(0, text.IndexOf("ms", StringComparison.Ordinal)), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string ToString() => $"{Verb} {string.Join(" ", Nodes)}".TrimEnd();
}
