using System.CommandLine;

namespace AkkaLstm.Cli.Parsing;

/// <summary>A command with what its help shows beyond the parser's own data.</summary>
internal sealed class CliCommand : Command
{
    /// <summary>Makes a command.</summary>
    /// <param name="name">What is typed.</param>
    /// <param name="description">One sentence for the list of commands.</param>
    public CliCommand(string name, string description)
        : base(name, description)
    {
    }

    /// <summary>Paragraphs below the description.</summary>
    public string? Details { get; init; }

    /// <summary>Command lines that can be copied, each with what it does.</summary>
    public IReadOnlyList<CliExample> Examples { get; init; } = [];
}

/// <summary>An example in a help text.</summary>
/// <param name="CommandLine">What to type after the program's name.</param>
/// <param name="Purpose">What it does.</param>
internal sealed record CliExample(string CommandLine, string Purpose);

/// <summary>What the help needs to know about an option whatever its type.</summary>
internal interface ICliOption
{
    /// <summary>Heading under which the help lists it.</summary>
    OptionGroup Group { get; }
}

/// <summary>Headings of the options in a help text, in their order.</summary>
internal enum OptionGroup
{
    /// <summary>What is computed.</summary>
    Command,

    /// <summary>Data of the plan.</summary>
    Data,

    /// <summary>Model of the plan.</summary>
    Model,

    /// <summary>Training of the plan.</summary>
    Training,

    /// <summary>How it is run; changes no result.</summary>
    Run,

    /// <summary>What is printed.</summary>
    Output,
}

/// <summary>An option that belongs to a heading of the help.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
internal sealed class CliOption<T> : Option<T>, ICliOption
{
    /// <summary>Makes an option.</summary>
    public CliOption(string name, OptionGroup group, params string[] aliases)
        : base(name, aliases) => Group = group;

    /// <inheritdoc/>
    public OptionGroup Group { get; }
}
