using System.Text.Json;

namespace AkkaLstm.Training.Plans;

/// <summary>
/// What the value of an option looks like; decides how it is written in JSON and in help texts.
/// </summary>
public enum PlanValueKind
{
    /// <summary>Free text.</summary>
    Text,

    /// <summary>A path; relative ones in a job file are relative to that file.</summary>
    Path,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,

    /// <summary>One of a few names.</summary>
    Choice,

    /// <summary>Several texts, separated by commas on the command line, an array in JSON.</summary>
    TextList,

    /// <summary>Several numbers, separated by commas on the command line, an array in JSON.</summary>
    NumberList,
}

/// <summary>One option of the plan: its names, its help, and how it is read, written and copied.</summary>
public abstract class PlanOption
{
    private protected PlanOption(string name, PlanValueKind kind, string valueHint, string help)
    {
        Name = name;
        Kind = kind;
        ValueHint = valueHint;
        Help = help;
        CommandLineName = "--" + Kebab(name);
    }

    /// <summary>Name in JSON, camelCase.</summary>
    public string Name { get; }

    /// <summary>Name on the command line, with its dashes.</summary>
    public string CommandLineName { get; }

    /// <summary>What the value looks like.</summary>
    public PlanValueKind Kind { get; }

    /// <summary>Placeholder of the value in help: N, X, PATH or the choices.</summary>
    public string ValueHint { get; }

    /// <summary>One line of help.</summary>
    public string Help { get; }

    /// <summary>Names of the choices; empty for other kinds.</summary>
    public IReadOnlyList<string> Choices { get; private protected init; } = [];

    /// <summary>Whether the option is set.</summary>
    public abstract bool IsSet(PlanOptions options);

    /// <summary>The options <paramref name="to"/> with this one's value from <paramref name="from"/>.</summary>
    public abstract PlanOptions Copy(PlanOptions from, PlanOptions to);

    /// <summary>The options with this one read from text.</summary>
    /// <param name="options">The options so far.</param>
    /// <param name="text">The value as it was typed.</param>
    /// <param name="place">Option or file:key, for messages; null names the option.</param>
    /// <exception cref="Numerics.BadInputException">The text is not a value of this option.</exception>
    public abstract PlanOptions Parse(PlanOptions options, string text, string? place = null);

    /// <summary>The value as <see cref="Parse"/> reads it; null where the option is not set.</summary>
    public abstract string? TextOf(PlanOptions options);

    /// <summary>The options with this one, a list, set to items that need no separator.</summary>
    internal abstract PlanOptions SetItems(PlanOptions options, IReadOnlyList<string> items);

    /// <summary>Writes the option as a JSON property; nothing where it is not set.</summary>
    internal abstract void Write(Utf8JsonWriter writer, PlanOptions options);

    private static string Kebab(string camelCase) =>
        string.Concat(camelCase.Select(c => char.IsUpper(c) ? "-" + char.ToLowerInvariant(c) : c.ToString()));
}
