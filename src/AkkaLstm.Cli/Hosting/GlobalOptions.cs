using System.CommandLine;
using AkkaLstm.Cli.Parsing;

namespace AkkaLstm.Cli.Hosting;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Print the result as one JSON object.</summary>
    public CliOption<bool> Json { get; } =
        Values.Flag("--json", OptionGroup.Output, "print the result as one JSON object on stdout");

    /// <summary>Print results only.</summary>
    public CliOption<bool> Quiet { get; } =
        Values.Flag("--quiet", OptionGroup.Output, "no progress and no remarks, only results and errors", "-q");

    /// <summary>Print stacks.</summary>
    public CliOption<bool> Verbose { get; } =
        Values.Flag("--verbose", OptionGroup.Output, "on failure, also print the stack trace for a bug report");

    /// <summary>Adds them to the root for all commands below it.</summary>
    public void AddTo(RootCommand root)
    {
        foreach (CliOption<bool> option in (CliOption<bool>[])[Json, Quiet, Verbose])
        {
            option.Recursive = true;
            root.Options.Add(option);
        }
    }
}
