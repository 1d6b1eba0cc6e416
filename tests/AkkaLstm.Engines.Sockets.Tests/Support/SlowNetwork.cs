using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace AkkaLstm.Engines.Sockets.Tests.Support;

/// <summary>What a link is like, in each direction.</summary>
/// <param name="Delay">One way.</param>
/// <param name="Jitter">Added to it, at most.</param>
/// <param name="BytesPerSecond">Of all connections together.</param>
/// <param name="LossChance">That a segment is lost. Who uses TCP does not see that, but waits for it to come again.</param>
/// <param name="ResetChance">That a segment ends its connection.</param>
internal sealed record LinkConditions(
    TimeSpan Delay, TimeSpan Jitter, double BytesPerSecond, double LossChance, double ResetChance);

/// <summary>
/// Stands between callers and a listener as a slow, lossy link: what goes through is late, by varying times, no faster
/// than the link's bandwidth, stands still where something was lost, and breaks off now and then. What is drawn depends on
/// the seed.
/// </summary>
internal sealed class SlowNetwork : IAsyncDisposable
{
    /// <summary>A segment of TCP on Ethernet.</summary>
    private const int SegmentBytes = 1460;

    /// <summary>What may be under way in a connection, in segments; a sender that is faster has to wait.</summary>
    private const int WindowSegments = 45;

    /// <summary>Linux's shortest time until TCP sends again.</summary>
    private static readonly TimeSpan RetransmissionTime = TimeSpan.FromMilliseconds(200);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly Random _random;
    private readonly LinkConditions _conditions;
    private readonly IPEndPoint _target;
    private readonly Task _listening;
    private readonly long[] _freeAt = new long[2];
    private long _bytes;
    private int _losses;
    private int _resets;

    /// <summary>Begins to listen.</summary>
    /// <param name="target">Where callers are passed on to.</param>
    /// <param name="conditions">What the link is like.</param>
    /// <param name="seed">Decides what is lost, and how late the rest is.</param>
    public SlowNetwork(IPEndPoint target, LinkConditions conditions, int seed)
    {
        (_target, _conditions, _random) = (target, conditions, new Random(seed));
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Endpoint = (IPEndPoint)_listener.LocalEndPoint!;
        _listening = Task.Run(ListenAsync);
    }

    /// <summary>Where callers come.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Bytes that went through, segments that were lost, connections that were broken.</summary>
    public (long Bytes, int Losses, int Resets) Counts =>
        (Interlocked.Read(ref _bytes), Volatile.Read(ref _losses), Volatile.Read(ref _resets));

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
        try
        {
            await called.ConnectAsync(_target, _closing.Token);
            Task there = PumpAsync(caller, called, direction: 0);
            Task back = PumpAsync(called, caller, direction: 1);
            await await Task.WhenAny(there, back); // a connection that is closed on one side is closed
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody is there, it was broken, or the test is over.
        }
    }

    private async Task PumpAsync(Socket from, Socket to, int direction)
    {
        var underWay = Channel.CreateBounded<(long Due, byte[] Segment)>(WindowSegments);
        Task arriving = ArriveAsync(underWay.Reader, to);
        byte[] buffer = new byte[SegmentBytes];
        long last = 0;
        int read;
        while ((read = await from.ReceiveAsync(buffer, _closing.Token)) > 0)
        {
            last = Math.Max(last, DueTime(read, direction)); // nothing overtakes in a connection
            await underWay.Writer.WriteAsync((last, buffer[..read]), _closing.Token);
        }

        underWay.Writer.Complete();
        await arriving;
    }

    private async Task ArriveAsync(ChannelReader<(long Due, byte[] Segment)> underWay, Socket to)
    {
        await foreach ((long due, byte[] segment) in underWay.ReadAllAsync(_closing.Token))
        {
            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (left > TimeSpan.Zero)
                await Task.Delay(left, _closing.Token);
            Interlocked.Add(ref _bytes, segment.Length);
            await to.SendAsync(segment, _closing.Token);
        }
    }

    /// <summary>When a segment that comes now is to be passed on.</summary>
    /// <exception cref="SocketException">It breaks its connection.</exception>
    private long DueTime(int bytes, int direction)
    {
        lock (_gate)
        {
            long now = Stopwatch.GetTimestamp();
            _freeAt[direction] = Math.Max(_freeAt[direction], now) + Ticks(TimeSpan.FromSeconds(bytes / _conditions.BytesPerSecond));
            TimeSpan late = _conditions.Delay + (_conditions.Jitter * _random.NextDouble());
            if (_random.NextDouble() < _conditions.LossChance)
            {
                _losses++;
                late += RetransmissionTime;
            }

            if (_random.NextDouble() < _conditions.ResetChance)
            {
                _resets++;
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            return _freeAt[direction] + Ticks(late);
        }
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
