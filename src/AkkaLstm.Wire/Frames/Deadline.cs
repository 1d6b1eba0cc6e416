namespace AkkaLstm.Wire.Frames;

/// <summary>
/// Ends an operation on a connection that takes too long, and turns what ends connections into
/// <see cref="WireException"/>. The time runs from its making or the last <see cref="Restart"/>.
/// </summary>
internal sealed class Deadline : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;

    public Deadline(TimeSpan timeout, TimeProvider clock, CancellationToken stop)
    {
        _timeout = timeout;
        _stop = stop;
        _source = new CancellationTokenSource(timeout, clock);
        _registration = stop.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _source);
    }

    /// <summary>Ends what is under way, when the time is over or the caller wants no more.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Gives the full time again.</summary>
    public void Restart() => _source.CancelAfter(_timeout);

    /// <summary>Lets the time stand still until the next <see cref="Restart"/>.</summary>
    public void Pause() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Runs an operation until the deadline.</summary>
    /// <param name="operation">Ends when its token says so.</param>
    /// <param name="reason">What it means when the time is over.</param>
    /// <exception cref="WireException">The time is over, or the connection is.</exception>
    /// <exception cref="OperationCanceledException">The caller wants no more.</exception>
    public async ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> operation, string reason)
    {
        try
        {
            return await operation(Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            throw Translate(e, reason);
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public async ValueTask RunAsync(Func<CancellationToken, ValueTask> operation, string reason)
    {
        try
        {
            await operation(Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            throw Translate(e, reason);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }

    private Exception Translate(Exception exception, string reason) => exception switch
    {
        OperationCanceledException when _stop.IsCancellationRequested => new OperationCanceledException(_stop),
        OperationCanceledException => new WireException(
            WireError.TimedOut, $"{reason} ({_timeout.TotalSeconds:0.###} s)", exception),
        EndOfStreamException => new WireException(
            WireError.Truncated, "the connection ended in the middle of a frame", exception),
        _ => new WireException(
            WireError.Truncated, $"the connection is gone: {exception.Message}", exception),
    };
}
