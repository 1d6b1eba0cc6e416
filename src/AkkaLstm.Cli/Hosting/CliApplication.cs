using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Runtime.InteropServices;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Cli.Hosting;

/// <summary>A command that the program offers.</summary>
/// <param name="Command">Its place in the command tree.</param>
/// <param name="RunAsync">What it does; gives the exit code, or throws one of the exceptions that <see cref="Failures"/> knows.</param>
internal sealed record CliEntry(CliCommand Command, Func<CommandContext, Task<int>> RunAsync);

/// <summary>
/// The program: parses a command line, runs the command, turns every failure into one line and an exit code.
/// </summary>
internal sealed class CliApplication
{
    private readonly CliConsole _console;
    private readonly Interrupts _interrupts;
    private readonly RootCommand _root;
    private readonly GlobalOptions _globals = new();

    /// <summary>Makes the program.</summary>
    public CliApplication(CliConsole console, Interrupts interrupts, IEnumerable<CliEntry> entries)
    {
        _console = console;
        _interrupts = interrupts;
        _root = new RootCommand(
            "Trains LSTM models in pure .NET: forecasts, language models, sequence classification.");
        var help = new HelpText(console);
        foreach (Option option in _root.Options)
        {
            if (option is HelpOption)
            {
                option.Description = "print this help";
                option.Action = help;
            }
            else if (option is VersionOption)
            {
                option.Description = "print the version";
                option.Action = new VersionText(console);
            }
        }

        _globals.AddTo(_root);
        _root.SetAction(_ => help.Write(_root, _root));
        foreach (CliEntry entry in entries)
        {
            entry.Command.SetAction((parsed, _) =>
                entry.RunAsync(new CommandContext(parsed, _globals, _console, _interrupts)));
            _root.Subcommands.Add(entry.Command);
        }
    }

    /// <summary>The command tree.</summary>
    public RootCommand Root => _root;

    /// <summary>The version that <c>--version</c> prints.</summary>
    public static string Version { get; } =
        typeof(CliApplication).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? "0.0.0";

    /// <summary>Runs one command line and gives the exit code.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        ParseResult parsed = _root.Parse(
            arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        bool asksForHelp = parsed.Action is SynchronousCommandLineAction { ClearsParseErrors: true };
        if (!asksForHelp && ParseErrors.Describe(parsed) is { } wrong)
        {
            Failures.WriteLine(_console.Error, wrong);
            return ExitCode.BadInput;
        }

        try
        {
            // Signals are this program's business (finish the step, write a checkpoint), exceptions too.
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = _console.Out,
                Error = _console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception failure)
        {
            return Failures.Report(
                failure, _console.Error, parsed.GetValue(_globals.Verbose), _interrupts.Token);
        }
    }

    private sealed class VersionText(CliConsole console) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            string path = SimdPaths.Current.ToString().ToLowerInvariant();
            console.Out.WriteLine($"akkalstm {Version} ({RuntimeInformation.FrameworkDescription}, {path})");
            return ExitCode.Done;
        }
    }
}
