using AkkaLstm.Wire.Connections;

namespace AkkaLstm.Wire.Files;

/// <summary>Gives files out to a bounded number of callers at once. Thread-safe.</summary>
/// <param name="open">Opens a file by name, see <see cref="FileService.ServeAsync"/>.</param>
/// <param name="notice">Hears of callers that broke the rules: one line each.</param>
public sealed class FileDesk(Func<string, Stream> open, Action<string> notice) : IAsyncDisposable
{
    /// <summary>Callers at once, at most; who is turned away comes again.</summary>
    public const int MaxCallers = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<WireConnection, Task> _served = [];
    private readonly CancellationTokenSource _closing = new();
    private bool _isClosed;

    /// <summary>Whether there is room for one more.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_gate)
                return _served.Count < MaxCallers;
        }
    }

    /// <summary>Serves a caller until it hangs up.</summary>
    public void Take(WireConnection connection)
    {
        lock (_gate)
        {
            if (_isClosed || _served.Count >= MaxCallers)
            {
                _ = connection.DisposeAsync().AsTask();
                return;
            }

            // It takes itself out at its end, which waits for this lock.
            _served.Add(connection, Task.Run(() => ServeAsync(connection)));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task[] served;
        lock (_gate)
        {
            _isClosed = true;
            served = [.. _served.Values];
        }

        await _closing.CancelAsync();
        await Task.WhenAll(served);
        _closing.Dispose();
    }

    private async Task ServeAsync(WireConnection connection)
    {
        try
        {
            await using (connection)
                await FileService.ServeAsync(connection.Stream, open, _closing.Token);
        }
        catch (OperationCanceledException)
        {
            // The job is over.
        }
        catch (Exception e)
        {
            // Whatever is wrong with one caller or one file ends that caller's connection, and nothing else.
            notice($"files for {connection.PeerAddress}: {e.Message}");
        }
        finally
        {
            lock (_gate)
                _served.Remove(connection);
        }
    }
}
