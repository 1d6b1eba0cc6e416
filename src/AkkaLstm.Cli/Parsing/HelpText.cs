using System.CommandLine;
using System.CommandLine.Invocation;
using AkkaLstm.Cli.Hosting;

namespace AkkaLstm.Cli.Parsing;

/// <summary>Prints a command's help: usage, arguments, options under headings, examples.</summary>
internal sealed class HelpText(CliConsole console) : SynchronousCommandLineAction
{
    private const int Indent = 2;
    private const int LongestTerm = 30;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, parseResult.RootCommandResult.Command);
        return ExitCode.Done;
    }

    /// <summary>Writes the help of a command.</summary>
    public void Write(Command command, Command root)
    {
        Paragraph(command.Description ?? "");
        if (command is CliCommand { Details: { } details })
        {
            foreach (string paragraph in details.Split("\n\n"))
            {
                console.Out.WriteLine();
                Paragraph(paragraph);
            }
        }

        Heading("Usage");
        console.Out.WriteLine("  " + Usage(command));
        Section("Commands", [.. command.Subcommands.Select(c => (c.Name, c.Description ?? ""))]);
        Section("Arguments", [.. command.Arguments.Select(a => (a.HelpName ?? a.Name, a.Description ?? ""))]);
        List<Option> options = [.. command.Options];
        if (command != root)
            options.AddRange(root.Options.Where(o => o.Recursive && !options.Contains(o)));
        IEnumerable<Option> shown = options.Where(o => !o.Hidden);
        foreach (IGrouping<OptionGroup, Option> group in shown.GroupBy(GroupOf).OrderBy(g => g.Key))
            Section(Title(group.Key), [.. group.Select(o => (Term(o), o.Description ?? ""))]);
        Examples(command);
    }

    private static OptionGroup GroupOf(Option option) =>
        option is ICliOption { Group: var group } ? group : OptionGroup.Output;

    private static string Title(OptionGroup group) => group switch
    {
        OptionGroup.Command => "Options",
        OptionGroup.Data => "Data (part of the plan)",
        OptionGroup.Model => "Model (part of the plan)",
        OptionGroup.Training => "Training (part of the plan)",
        OptionGroup.Run => "Run (changes no result)",
        OptionGroup.Output => "Output",
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, "no such heading"),
    };

    private static string Usage(Command command)
    {
        if (command is RootCommand)
            return "akkalstm COMMAND [options]";
        IEnumerable<string> arguments = command.Arguments.Select(a =>
            a.Arity.MinimumNumberOfValues == 0 ? $"[{a.HelpName ?? a.Name}]" : a.HelpName ?? a.Name);
        IEnumerable<string> required = command.Options.Where(o => o.Required).Select(Term);
        return string.Join(' ', (string[])["akkalstm", command.Name, .. arguments, .. required, "[options]"]);
    }

    private static string Term(Option option)
    {
        string names = string.Join(
            ", ", option.Aliases.Prepend(option.Name).Where(n => n[0] == '-').Distinct(StringComparer.Ordinal));
        bool takesNothing = option.Arity.MaximumNumberOfValues == 0 || option.HelpName is null;
        return takesNothing ? names : $"{names} {option.HelpName}";
    }

    private void Examples(Command command)
    {
        if (command is not CliCommand { Examples.Count: > 0 } described)
            return;
        Heading("Examples");
        foreach (CliExample example in described.Examples)
        {
            console.Out.WriteLine($"  # {example.Purpose}");
            console.Out.WriteLine($"  akkalstm {example.CommandLine}");
        }
    }

    private void Heading(string title)
    {
        console.Out.WriteLine();
        console.Out.WriteLine(title + ":");
    }

    private void Section(string title, IReadOnlyList<(string Term, string Description)> rows)
    {
        if (rows.Count == 0)
            return;
        Heading(title);
        int column = Math.Min(LongestTerm, rows.Max(r => r.Term.Length)) + Indent + 2;
        foreach ((string term, string description) in rows)
        {
            string left = new string(' ', Indent) + term;
            bool first = true;
            foreach (string line in Wrap(description, console.Width - column))
            {
                // A term that is too long for its column gets a line of its own.
                if (first && left.Length + 2 > column)
                {
                    console.Out.WriteLine(left);
                    left = "";
                }

                console.Out.WriteLine((first ? left : "").PadRight(column) + line);
                first = false;
            }
        }
    }

    private void Paragraph(string text)
    {
        foreach (string line in Wrap(text.ReplaceLineEndings(" "), console.Width))
            console.Out.WriteLine(line);
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }
}
