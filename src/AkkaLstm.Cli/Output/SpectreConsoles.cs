using AkkaLstm.Cli.Hosting;
using Spectre.Console;

namespace AkkaLstm.Cli.Output;

/// <summary>Spectre.Console on the program's own writers.</summary>
internal static class SpectreConsoles
{
    /// <summary>For progress; redraws only on a terminal.</summary>
    public static IAnsiConsole ForError(CliConsole console) =>
        Create(console, console.Error, console.ErrorIsTerminal);

    /// <summary>For results.</summary>
    public static IAnsiConsole ForOut(CliConsole console) =>
        Create(console, console.Out, console.OutIsTerminal);

    private static IAnsiConsole Create(CliConsole console, TextWriter writer, bool isTerminal)
    {
        IAnsiConsole ansi = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = isTerminal && console.UsesColor ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        ansi.Profile.Width = console.Width;
        ansi.Profile.Capabilities.Unicode = true;
        return ansi;
    }
}
