using System.Diagnostics;

namespace AkkaLstm.Cli.Tests.Processes;

/// <summary>The program as a process of its own, which can be killed.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "akkalstm.dll");

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private ChildProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public bool HasExited => _process.HasExited;

    public int Id => _process.Id;

    /// <summary>
    /// Starts a command line of the program, with switches of the runtime such as EnableAVX2=0.
    /// </summary>
    public static ChildProcess Start(IEnumerable<string> arguments, params string[] runtimeSwitches)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments]);
        foreach (string pair in runtimeSwitches)
            start.Environment["DOTNET_" + pair.Split('=')[0]] = pair.Split('=')[1];
        return new ChildProcess(start);
    }

    /// <summary>Starts a shell script in which $akkalstm is the program.</summary>
    public static ChildProcess StartScript(string[] command, string script)
    {
        var start = new ProcessStartInfo(command[0], [.. command[1..], script]);
        start.Environment["akkalstm"] = $"dotnet {Program}";
        return new ChildProcess(start);
    }

    /// <summary>Runs a command line to its end.</summary>
    public static async Task<CliRun> RunAsync(IEnumerable<string> arguments, params string[] runtimeSwitches)
    {
        using ChildProcess process = Start(arguments, runtimeSwitches);
        return await process.EndAsync();
    }

    /// <summary>Waits for the end.</summary>
    public async Task<CliRun> EndAsync()
    {
        using var limit = new CancellationTokenSource(Deadline);
        await _process.WaitForExitAsync(limit.Token);
        return new CliRun(_process.ExitCode, await _output, await _error);
    }

    /// <summary>Waits until something is so; fails if the process ends or the deadline passes before.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (HasExited)
                Assert.Fail($"ended before {what}: {await _output} {await _error}");
            Assert.True(Stopwatch.GetElapsedTime(start) < Deadline, $"no {what} within {Deadline}");
            await Task.Delay(PollInterval);
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndAsync();
    }

    /// <summary>Sends a signal by name.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-s", name, $"{_process.Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
