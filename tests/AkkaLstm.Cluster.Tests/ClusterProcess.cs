using System.Diagnostics;

namespace AkkaLstm.Cluster.Tests;

/// <summary>
/// The program as a process of its own, which can be killed, stopped and continued. With AKKALSTM_LOGS=DIR what each
/// prints is kept there, every line with its time.
/// </summary>
internal sealed class ClusterProcess : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "akkalstm.dll");

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly StreamWriter? _log;

    private ClusterProcess(Process process, string commandLine)
    {
        _process = process;
        _log = LogOf(process);
        _log?.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {commandLine}");
        DataReceivedEventHandler append = (_, line) =>
        {
            lock (_lines)
            {
                if (line.Data is not { } text)
                    return;
                _lines.Add(text);
                _log?.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {text}");
            }
        };
        process.OutputDataReceived += append;
        process.ErrorDataReceived += append;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it has printed so far.</summary>
    public string Text => string.Join('\n', LinesFrom(0));

    /// <summary>Lines that it has printed, from one on.</summary>
    public IReadOnlyList<string> LinesFrom(int index)
    {
        lock (_lines)
            return _lines[index..];
    }

    /// <summary>Starts a command line of the program.</summary>
    /// <param name="networkNamespace">Where; null for this machine's own network.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="environment">Variables besides those of this process.</param>
    public static ClusterProcess Start(
        string? networkNamespace, IEnumerable<string> arguments, params IEnumerable<(string Name, string Value)> environment)
    {
        string[] before = networkNamespace is null ? [] : ["ip", "netns", "exec", networkNamespace];
        string[] command = [.. before, "dotnet", Program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return new ClusterProcess(Process.Start(start)!, string.Join(' ', command));
    }

    /// <summary>Processes that it has started, of a role.</summary>
    public IReadOnlyList<int> Children(string role)
    {
        var children = new List<int>();
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out int id))
                continue;
            try
            {
                string[] stat = File.ReadAllText(Path.Combine(directory, "stat")).Split(") ")[^1].Split(' ');
                string command = File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ');
                if (stat[1] == Id.ToString(System.Globalization.CultureInfo.InvariantCulture)
                    && command.Contains($"--role {role} ", StringComparison.Ordinal))
                    children.Add(id);
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }

        return children;
    }

    /// <summary>kill -9</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
    }

    /// <summary>Sends a signal by name.</summary>
    public static void Signal(int processId, string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{processId}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end, which must be with this exit code.</summary>
    public async Task EndsAsync(int exitCode)
    {
        using var limit = new CancellationTokenSource(Experiment.Deadline);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"after {Experiment.Deadline} it is still running: {Text}");
        }

        Assert.True(_process.ExitCode == exitCode, $"it ended with {_process.ExitCode}, not {exitCode}: {Text}");
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _log?.WriteLine($"{_process.ExitTime.ToUniversalTime():HH:mm:ss.fff} ended with {_process.ExitCode}");
        _log?.Dispose();
        _process.Dispose();
    }

    private static StreamWriter? LogOf(Process process) =>
        Environment.GetEnvironmentVariable("AKKALSTM_LOGS") is { Length: > 0 } directory
            ? new StreamWriter(Path.Combine(Directory.CreateDirectory(directory).FullName, $"{process.Id}.log"))
            {
                AutoFlush = true,
            }
            : null;
}
