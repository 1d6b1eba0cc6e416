using System.Runtime.InteropServices;

namespace AkkaLstm.Cli.Hosting;

/// <summary>
/// Turns Ctrl-C (SIGINT) and SIGTERM into a request to stop in good order; a second one ends the process at
/// once. Nothing is lost by that either: checkpoints appear under their name only when they are complete.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    // Programs that end others may signal the process and then its whole group (coreutils' timeout does): the
    // same request, told twice.
    private static readonly TimeSpan SameRequest = TimeSpan.FromMilliseconds(250);

    // Not disposed: it has no handle, and a signal may come while this object goes.
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;
    private readonly Action<int> _exit;
    private readonly PosixSignalRegistration? _interrupt;
    private readonly PosixSignalRegistration? _terminate;
    private readonly Lock _lock = new();
    private long? _firstSignal;

    private Interrupts(TextWriter error, Action<int> exit, TimeProvider time, bool listens)
    {
        _time = time;
        Announce = error.WriteLine;
        _exit = exit;
        if (listens)
        {
            _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
            _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        }
    }

    /// <summary>Is cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Whether signals are somebody else's business: he will end this process in his own way.</summary>
    public bool IsIgnored { get; set; }

    /// <summary>
    /// What the first signal answers on stderr; a command that has something to save says so here.
    /// </summary>
    public string? Notice { get; set; }

    /// <summary>
    /// Shows the notice; a display that redraws the terminal puts itself in between. Default: a line on stderr.
    /// </summary>
    public Action<string> Announce { get; set; }

    /// <summary>Listens to the signals of this process.</summary>
    public static Interrupts OfProcess(TextWriter error) =>
        new(error, Environment.Exit, TimeProvider.System, listens: true);

    /// <summary>Listens to nothing; <see cref="Raise"/> stands in for a signal.</summary>
    public static Interrupts None(TextWriter error, Action<int>? exit = null, TimeProvider? time = null) =>
        new(error, exit ?? (_ => { }), time ?? TimeProvider.System, listens: false);

    /// <summary>Does what a signal does.</summary>
    public void Raise()
    {
        lock (_lock)
        {
            if (_firstSignal is { } first)
            {
                if (_time.GetElapsedTime(first) >= SameRequest)
                    _exit(ExitCode.Interrupted);
                return;
            }

            _firstSignal = _time.GetTimestamp();
        }

        if (Notice is { } notice)
            Announce(notice);
        _stop.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt?.Dispose();
        _terminate?.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!IsIgnored)
            Raise();
    }
}
