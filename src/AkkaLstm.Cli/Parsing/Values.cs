using System.CommandLine.Parsing;
using System.Globalization;

namespace AkkaLstm.Cli.Parsing;

/// <summary>
/// Makes options whose parse errors say in one line what was given and what would be right. Ranges are not
/// checked here: the plan checks them, wherever the value came from.
/// </summary>
internal static class Values
{
    /// <summary>An option that takes a whole number.</summary>
    public static CliOption<int?> Int(
        string name, OptionGroup group, string description, string valueName = "N") =>
        Parsed<int?>(name, group, description, valueName, "a whole number", static text =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : null);

    /// <summary>An option that takes a whole number of 64 bits.</summary>
    public static CliOption<long?> Long(
        string name, OptionGroup group, string description, string valueName = "N") =>
        Parsed<long?>(name, group, description, valueName, "a whole number", static text =>
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null);

    /// <summary>An option that takes a number such as 0.5 or 1e-3, always with a decimal point.</summary>
    public static CliOption<double?> Number(
        string name, OptionGroup group, string description, string valueName = "X") =>
        Parsed<double?>(name, group, description, valueName, "a number (such as 0.5 or 1e-3)", static text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && double.IsFinite(value)
                ? value
                : null);

    /// <summary>An option that takes text as it is.</summary>
    public static CliOption<string?> Text(
        string name, OptionGroup group, string description, string valueName) =>
        new(name, group) { Description = description, HelpName = valueName };

    /// <summary>An option that takes a comma-separated list of names.</summary>
    public static CliOption<IReadOnlyList<string>?> Names(
        string name, OptionGroup group, string description, string valueName) =>
        Parsed<IReadOnlyList<string>?>(
            name, group, description, valueName, "a list of names with commas between", static text =>
        {
            string[] names = text.Split(',', StringSplitOptions.TrimEntries);
            return Array.TrueForAll(names, n => n.Length > 0) ? names : null;
        });

    /// <summary>An option that is there or not.</summary>
    public static CliOption<bool> Flag(
        string name, OptionGroup group, string description, params string[] aliases) =>
        new(name, group, aliases) { Description = description, Arity = System.CommandLine.ArgumentArity.Zero };

    private static CliOption<T> Parsed<T>(
        string name, OptionGroup group, string description, string valueName, string expected,
        Func<string, T?> parse)
    {
        return new CliOption<T>(name, group) { Description = description, HelpName = valueName, CustomParser = Parse };

        T? Parse(ArgumentResult result)
        {
            string text = result.Tokens[0].Value;
            if (parse(text) is { } value)
                return value;
            result.AddError($"{name}: '{text}' is not {expected}");
            return default;
        }
    }
}
