namespace AkkaLstm.Cli.Hosting;

/// <summary>
/// Where a command writes: results to <see cref="Out"/>, progress and messages to <see cref="Error"/>. Tests
/// hand in string writers, so no command touches <see cref="Console"/> itself.
/// </summary>
internal sealed class CliConsole
{
    /// <summary>Columns that help texts and tables use where no terminal says otherwise.</summary>
    public const int DefaultWidth = 100;

    /// <summary>Makes a console on two writers.</summary>
    public CliConsole(TextWriter output, TextWriter error)
    {
        Out = output;
        Error = error;
    }

    /// <summary>Results.</summary>
    public TextWriter Out { get; }

    /// <summary>Progress, messages.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether results go to a terminal: tables may then use colour.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether messages go to a terminal: progress may then redraw its line.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>
    /// Whether colour is wanted on a terminal (the NO_COLOR convention, https://no-color.org).
    /// </summary>
    public bool UsesColor { get; init; }

    /// <summary>Columns to fill.</summary>
    public int Width { get; init; } = DefaultWidth;

    /// <summary>The console of this process.</summary>
    public static CliConsole OfProcess()
    {
        bool dumb = string.Equals(Environment.GetEnvironmentVariable("TERM"), "dumb", StringComparison.Ordinal);
        bool noColor = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new CliConsole(Console.Out, Console.Error)
        {
            OutIsTerminal = !Console.IsOutputRedirected && !dumb,
            ErrorIsTerminal = !Console.IsErrorRedirected && !dumb,
            UsesColor = !noColor && !dumb,
            Width = TerminalWidth(),
        };
    }

    private static int TerminalWidth()
    {
        const int narrowest = 60;
        const int widest = 120;
        try
        {
            return Console.WindowWidth > 0 ? Math.Clamp(Console.WindowWidth, narrowest, widest) : DefaultWidth;
        }
        catch (IOException)
        {
            return DefaultWidth;
        }
    }
}
