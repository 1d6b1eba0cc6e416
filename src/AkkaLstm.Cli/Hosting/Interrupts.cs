using System.Runtime.InteropServices;

namespace AkkaLstm.Cli.Hosting;

/// <summary>
/// Turns Ctrl-C (SIGINT) and SIGTERM into a request to stop in good order; a second one ends the process at once. Nothing is lost by
/// that either: checkpoints appear under their name only when they are complete.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TextWriter _error;
    private readonly Action<int> _exit;
    private readonly PosixSignalRegistration? _interrupt;
    private readonly PosixSignalRegistration? _terminate;
    private int _signalCount;

    private Interrupts(TextWriter error, Action<int> exit, bool listens)
    {
        _error = error;
        _exit = exit;
        if (listens)
        {
            _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
            _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        }
    }

    /// <summary>Is cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>What the first signal answers on stderr; a command that has something to save says so here.</summary>
    public string? Notice { get; set; }

    /// <summary>Listens to the signals of this process.</summary>
    public static Interrupts OfProcess(TextWriter error) => new(error, Environment.Exit, listens: true);

    /// <summary>Listens to nothing; <see cref="Raise"/> stands in for a signal.</summary>
    public static Interrupts None(TextWriter error, Action<int>? exit = null) => new(error, exit ?? (_ => { }), listens: false);

    /// <summary>Does what a signal does.</summary>
    public void Raise()
    {
        if (Interlocked.Increment(ref _signalCount) > 1)
        {
            _exit(ExitCode.Interrupted);
            return;
        }

        if (Notice is { } notice)
            _error.WriteLine(notice);
        _stop.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt?.Dispose();
        _terminate?.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        Raise();
    }
}
