using System.CommandLine;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Parsing;

/// <summary>
/// The plan's options on the command line. Names, value formats and messages come from
/// <see cref="PlanOptionTable"/>, which job files use too, so the two cannot drift apart.
/// </summary>
internal sealed class PlanOptionSet
{
    private readonly List<(PlanOption Plan, CliOption<string?> Cli)> _options =
        [.. PlanOptionTable.All.Select(option => (option, Create(option)))];

    /// <summary>All of them.</summary>
    public IEnumerable<Option> Options => _options.Select(option => option.Cli);

    /// <summary>Adds all of them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in Options)
            command.Options.Add(option);
    }

    /// <summary>What the command line says about the plan.</summary>
    /// <exception cref="Numerics.BadInputException">A value cannot be read; the message names the
    /// option.</exception>
    public PlanOptions Read(ParseResult parsed)
    {
        var options = new PlanOptions();
        foreach ((PlanOption plan, CliOption<string?> cli) in _options)
        {
            if (parsed.GetResult(cli) is not null)
                options = plan.Parse(options, parsed.GetValue(cli) ?? "", plan.CommandLineName);
        }

        return options;
    }

    private static CliOption<string?> Create(PlanOption option) =>
        Values.Text(
            option.CommandLineName, PlanOptionHelp.GroupOf(option), PlanOptionHelp.Describe(option),
            option.ValueHint);
}
