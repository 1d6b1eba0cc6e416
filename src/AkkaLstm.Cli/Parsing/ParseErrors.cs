using System.CommandLine;
using System.CommandLine.Parsing;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Parsing;

/// <summary>Says in one line what is wrong with a command line and what would be right.</summary>
internal static class ParseErrors
{
    /// <summary>The message for the first thing that is wrong; null where nothing is.</summary>
    public static string? Describe(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        string help = command is RootCommand ? "akkalstm --help" : $"akkalstm {command.Name} --help";
        if (MistypedOption(result) is { } mistyped)
            return UnknownOption(mistyped, result, help);
        if (ForgottenValue(result) is { } forgotten)
            return NeedsValue(forgotten, help);
        if (result.Errors.Count == 0)
            return null;

        if (result.UnmatchedTokens.Count > 0)
        {
            string token = result.UnmatchedTokens[0];
            return command is RootCommand
                ? UnknownCommand(token, command, help)
                : UnexpectedArgument(token, command, help);
        }

        ParseError error = result.Errors[0];
        return error.SymbolResult switch
        {
            OptionResult { Tokens.Count: 0, IdentifierToken: null } option =>
                $"{command.Name} needs {option.Option.Name} {option.Option.HelpName}; see '{help}'",
            OptionResult { Tokens.Count: 0 } option => NeedsValue(option.Option, help),
            OptionResult { Tokens.Count: > 1 } option => $"{option.Option.Name} is given more than once; give it once",
            ArgumentResult { Tokens.Count: 0, Parent: CommandResult } argument =>
                $"{command.Name} needs {argument.Argument.HelpName ?? argument.Argument.Name}; see '{help}'",
            _ => FirstLine(error.Message),
        };
    }

    /// <summary>
    /// The first token that looks like an option and is none. The parser takes such a token for an argument
    /// where one is allowed, which would only puzzle: nobody names a file --hiden, and who does can put --
    /// before it.
    /// </summary>
    private static string? MistypedOption(ParseResult result)
    {
        if (result.Tokens.Any(t => t.Type == TokenType.DoubleDash))
            return null;
        IEnumerable<string> taken = result.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(a => a.Tokens).Select(t => t.Value);
        return taken.Concat(result.UnmatchedTokens).FirstOrDefault(t => t.StartsWith('-') && t.Length > 1);
    }

    /// <summary>
    /// The first option whose value is the next option's name: the parser takes it for the value.
    /// </summary>
    private static Option? ForgottenValue(ParseResult result)
    {
        HashSet<string> names = [.. OptionsOf(result).SelectMany(o => o.Aliases.Prepend(o.Name))];
        return result.CommandResult.Children.OfType<OptionResult>()
            .FirstOrDefault(o => o.Tokens.Any(t => names.Contains(t.Value)))?.Option;
    }

    private static string NeedsValue(Option option, string help) =>
        $"{option.Name} needs a value: {option.Name} {option.HelpName}; see '{help}'";

    private static string UnknownOption(string token, ParseResult result, string help)
    {
        string typed = token.Split('=', ':')[0];
        IEnumerable<string> names = OptionsOf(result).Where(o => !o.Hidden).SelectMany(
            o => o.Aliases.Prepend(o.Name));
        return NearestName.Of(typed, names) is { } nearest
            ? $"unknown option '{typed}'; did you mean '{nearest}'? '{help}' lists all options"
            : $"unknown option '{typed}'; '{help}' lists all options";
    }

    private static string UnknownCommand(string token, Command root, string help) =>
        NearestName.Of(token, root.Subcommands.Select(c => c.Name)) is { } nearest
            ? $"unknown command '{token}'; did you mean '{nearest}'? '{help}' lists all commands"
            : $"unknown command '{token}'; '{help}' lists all commands";

    private static string UnexpectedArgument(string token, Command command, string help)
    {
        string takes = command.Arguments.Count == 0
            ? "takes no argument"
            : $"takes only {string.Join(' ', command.Arguments.Select(a => a.HelpName ?? a.Name))}";
        return $"unexpected argument '{token}'; {command.Name} {takes}; see '{help}'";
    }

    private static IEnumerable<Option> OptionsOf(ParseResult result) =>
        result.CommandResult.Command.Options.Concat(
            result.RootCommandResult.Command.Options.Where(o => o.Recursive));

    private static string FirstLine(string text) => text.ReplaceLineEndings("\n").Split('\n')[0].TrimEnd('.');
}
