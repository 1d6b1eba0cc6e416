using System.CommandLine;
using AkkaLstm.Cli.Output;

namespace AkkaLstm.Cli.Hosting;

/// <summary>What a running command needs: the parsed line, where to write, when to stop.</summary>
internal sealed class CommandContext
{
    /// <summary>Makes the context of one invocation.</summary>
    public CommandContext(ParseResult parsed, GlobalOptions globals, CliConsole console, Interrupts interrupts)
    {
        Parsed = parsed;
        Console = console;
        Interrupts = interrupts;
        IsJson = parsed.GetValue(globals.Json);
        IsQuiet = parsed.GetValue(globals.Quiet);
    }

    /// <summary>The parsed command line.</summary>
    public ParseResult Parsed { get; }

    /// <summary>Where to write.</summary>
    public CliConsole Console { get; }

    /// <summary>When to stop.</summary>
    public Interrupts Interrupts { get; }

    /// <summary>Whether the result is wanted as JSON.</summary>
    public bool IsJson { get; }

    /// <summary>Whether nothing but the result is wanted.</summary>
    public bool IsQuiet { get; }

    /// <summary>Writes a result for programs.</summary>
    public void WriteJson<T>(T result) => JsonOutput.Write(Console.Out, result);

    /// <summary>Writes a remark for people to stderr, unless quiet is wanted.</summary>
    public void Remark(string line)
    {
        if (!IsQuiet)
            Console.Error.WriteLine(line);
    }
}
