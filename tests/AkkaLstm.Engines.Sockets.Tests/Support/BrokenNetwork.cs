using System.Net;
using System.Net.Sockets;

namespace AkkaLstm.Engines.Sockets.Tests.Support;

/// <summary>
/// Stands between a caller and a listener and breaks connections: each may carry a number of bytes drawn from the seed,
/// and then it is cut or freezes (open, but nothing comes through any more). After so many broken connections it
/// heals.
/// </summary>
internal sealed class BrokenNetwork : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly Random _random;
    private readonly int _breaks;
    private readonly IPEndPoint _target;
    private readonly Task _listening;
    private int _broken;

    /// <summary>Begins to listen.</summary>
    /// <param name="target">Where callers are passed on to.</param>
    /// <param name="seed">Decides what is broken, and when.</param>
    /// <param name="breaks">Connections that are broken before it heals.</param>
    public BrokenNetwork(IPEndPoint target, int seed, int breaks)
    {
        (_target, _random, _breaks) = (target, new Random(seed), breaks);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Endpoint = (IPEndPoint)_listener.LocalEndPoint!;
        _listening = Task.Run(ListenAsync);
    }

    /// <summary>Where callers come.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Connections that were broken so far.</summary>
    public int Broken => Volatile.Read(ref _broken);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ListenAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            Socket caller = await _listener.AcceptAsync(_closing.Token);
            _ = Task.Run(() => PassOnAsync(caller));
        }
    }

    private async Task PassOnAsync(Socket caller)
    {
        using var called = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using Socket ours = caller;
        caller.NoDelay = true;
        long most;
        bool freezes;
        lock (_gate)
        {
            // Some do not live through the handshake, some carry a few steps.
            most = 1L << _random.Next(7, 15);
            freezes = _random.Next(4) == 0;
        }

        try
        {
            await called.ConnectAsync(_target, _closing.Token);
            var both = new[] { PumpAsync(caller, called, most), PumpAsync(called, caller, most) };
            bool isSpent = await await Task.WhenAny(both);
            if (isSpent && freezes)
                await Task.Delay(Timeout.Infinite, _closing.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Nobody is there, or the test is over.
        }
    }

    /// <summary>Passes bytes on; true when the connection has carried all that it may.</summary>
    private async Task<bool> PumpAsync(Socket from, Socket to, long most)
    {
        byte[] buffer = new byte[4096];
        for (long passed = 0; ;)
        {
            int read = await from.ReceiveAsync(buffer, _closing.Token);
            if (read == 0)
                return false;
            passed += read;
            if (passed > most && Interlocked.Increment(ref _broken) <= _breaks)
                return true;
            await to.SendAsync(buffer.AsMemory(0, read), _closing.Token);
        }
    }
}
