using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace AkkaLstm.Cli.Cluster;

/// <summary>
/// Servers and workers as processes of this machine. One that dies is started again; all end with this process,
/// however it ends, because their standard input does.
/// </summary>
/// <param name="engine">The engine that they run on.</param>
/// <param name="notice">Hears of those that died, a line each.</param>
internal sealed class NodeProcesses(string engine, Action<string> notice) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>A process that lived so long did not die of its start.</summary>
    private static readonly TimeSpan LongLife = TimeSpan.FromSeconds(5);

    /// <summary>How long processes get to end by themselves.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(5);

    private readonly string _cache = Path.Combine(Path.GetTempPath(), $"akkalstm-{Guid.NewGuid():N}");
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _nodes = [];

    /// <summary>Starts them.</summary>
    /// <param name="coordinator">Where they find the coordinator, <c>HOST:PORT</c>.</param>
    /// <param name="workerCount">W</param>
    /// <param name="serverCount">Servers, standbys included.</param>
    public void Start(string coordinator, int workerCount, int serverCount)
    {
        for (int i = 0; i < serverCount; i++)
            _nodes.Add(KeepAsync("server", coordinator));
        for (int i = 0; i < workerCount; i++)
            _nodes.Add(KeepAsync("worker", coordinator));
    }

    /// <summary>Waits for them to end by themselves for a while, then ends them.</summary>
    public async ValueTask DisposeAsync()
    {
        _ending.CancelAfter(FarewellTimeout);
        await Task.WhenAll(_nodes);
        _ending.Dispose();
        try
        {
            if (Directory.Exists(_cache))
                Directory.Delete(_cache, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            notice($"{_cache} cannot be removed: {e.Message}");
        }
    }

    private async Task KeepAsync(string role, string coordinator)
    {
        TimeSpan pause = FirstPause;
        while (!_ending.IsCancellationRequested)
        {
            long start = Stopwatch.GetTimestamp();
            string trouble;
            try
            {
                using Process process = Start(role, coordinator);
                if (await EndAsync(process) is not { } code || code == 0)
                    return; // it was told to stop
                trouble = string.Create(
                    CultureInfo.InvariantCulture, $"a {role} process (pid {process.Id}) ended with {code}; starting another");
            }
            catch (Win32Exception e)
            {
                trouble = $"a {role} process cannot be started ({e.Message}); trying again";
            }

            notice(trouble);
            pause = Stopwatch.GetElapsedTime(start) >= LongLife ? FirstPause : Shorter(pause * 2, LongestPause);
            await Task.Delay(pause, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Its exit code; null where it had to be killed.</summary>
    private async Task<int?> EndAsync(Process process)
    {
        try
        {
            await process.WaitForExitAsync(_ending.Token);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            return null;
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private Process Start(string role, string coordinator)
    {
        // "dotnet akkalstm.dll" or the program's own executable, whichever this process was started as.
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("this process has no path");
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "akkalstm.dll"));
        string[] arguments =
        [
            "node", "--role", role, "--engine", engine, "--join", coordinator, "--cache", _cache, "--supervised", "--quiet",
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
