using System.Text.Json;
using AkkaLstm.Cli.Commands;
using AkkaLstm.Cli.Hosting;

namespace AkkaLstm.Cli.Tests;

/// <summary>One command line, run in this process with captured writers.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error)
{
    /// <summary>stdout as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    /// <summary>Lines of stderr.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Task<CliRun> OfAsync(params string[] arguments) => OfAsync(interruptAt: null, arguments);

    /// <summary>As if Ctrl-C were pressed when a line with the given text appears on stderr.</summary>
    public static Task<CliRun> InterruptedAtAsync(string text, params string[] arguments) =>
        OfAsync(text, arguments);

    private static async Task<CliRun> OfAsync(string? interruptAt, string[] arguments)
    {
        var output = new StringWriter();
        var error = new LineWatch();
        var console = new CliConsole(TextWriter.Synchronized(output), TextWriter.Synchronized(error));
        using var interrupts = Interrupts.None(console.Error);
        error.OnLine = line =>
        {
            if (interruptAt is not null && line.Contains(interruptAt, StringComparison.Ordinal))
                interrupts.Raise();
        };
        int exitCode = await new CliApplication(console, interrupts, CommandList.All).RunAsync(arguments);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>
    /// Checks that it ended as bad input must: exit code 2 and one line that names all of the given places and
    /// remedies.
    /// </summary>
    public void AssertBadInput(params string[] parts) => AssertOneLine(ExitCodes.BadInput, parts);

    /// <summary>Checks the exit code and that stderr is one line with all of the parts.</summary>
    public void AssertOneLine(int exitCode, params string[] parts)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, stderr: {Error}, stdout: {Out}");
        string line = Assert.Single(ErrorLines);
        Assert.StartsWith("akkalstm: ", line, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, line, StringComparison.Ordinal));
        Assert.Equal("", Out);
    }

    /// <summary>Checks that it went well.</summary>
    public CliRun AssertDone()
    {
        Assert.True(ExitCode == ExitCodes.Done, $"exit code {ExitCode}, stderr: {Error}, stdout: {Out}");
        return this;
    }

    private sealed class LineWatch : StringWriter
    {
        public Action<string>? OnLine { get; set; }

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            OnLine?.Invoke(value ?? "");
        }
    }

    /// <summary>
    /// The contract's numbers, written out here so that a change of the program's own constants is noticed.
    /// </summary>
    internal static class ExitCodes
    {
        public const int Done = 0;
        public const int Failed = 1;
        public const int BadInput = 2;
        public const int ClusterLost = 3;
        public const int Interrupted = 130;
    }
}
