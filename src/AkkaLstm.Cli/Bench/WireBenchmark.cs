using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Messages;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Cli.Bench;

/// <summary>Speed of the tensor channel, both ends in this process, one way, over loopback.</summary>
/// <param name="MebibytesEach">Size of each value, as float32.</param>
/// <param name="Element">How it travels.</param>
/// <param name="GigabytesPerSecond">10^9 bytes of float32 per second.</param>
/// <param name="PingMs">Round trip of a control frame on a connection of its own meanwhile; all pings of all
/// repetitions.</param>
/// <param name="CpuSecondsPerGigabyte">Of both ends and the kernel, the pings included.</param>
internal sealed record WireSpeed(
    int MebibytesEach, ElementType Element, Sample GigabytesPerSecond, Sample PingMs, Sample CpuSecondsPerGigabyte);

/// <summary>Measures bulk values and, beside them, how long a small frame waits.</summary>
internal static class WireBenchmark
{
    private const int MebibytesPerRepetition = 256;
    private static readonly TimeSpan PingInterval = TimeSpan.FromMilliseconds(2);

    /// <summary>What is measured.</summary>
    public static IReadOnlyList<(int MebibytesEach, ElementType Element)> Standard { get; } =
        [(1, ElementType.Float32), (16, ElementType.Float32), (64, ElementType.Float32), (16, ElementType.BFloat16)];

    /// <summary>Measures values of one size.</summary>
    public static async Task<WireSpeed> MeasureAsync(
        int mebibytesEach, ElementType element, int repetitions, CancellationToken stop)
    {
        int count = MebibytesPerRepetition / mebibytesEach;
        int length = mebibytesEach * ((1 << 20) / sizeof(float));
        double[] speeds = new double[repetitions], cpu = new double[repetitions];
        var pings = new List<double>();
        float[] values = GC.AllocateArray<float>(length, pinned: true);
        Array.Fill(values, 1.5f);

        await using LoopbackConnection bulk = await LoopbackConnection.ConnectAsync(stop);
        await using LoopbackConnection control = await LoopbackConnection.ConnectAsync(stop);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var sink = new Sink(length);
        var options = new TensorChannelOptions();
        Task receiving = Task.Run(() => new TensorReceiver(bulk.Right, sink, options).RunAsync(over.Token), stop);
        Task echoing = Task.Run(() => EchoAsync(control.Right, over.Token), stop);
        await using (var sender = new TensorSender(bulk.Left, options))
        {
            await RunAsync(count); // warm-up: caches, page tables and the kernel's buffers
            Task pinging = Task.Run(() => PingAsync(control.Left, pings, over.Token), stop);
            for (int i = 0; i < repetitions; i++)
            {
                TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
                long start = Stopwatch.GetTimestamp();
                await RunAsync(count);
                double gigabytes = 1e-9 * count * length * sizeof(float);
                speeds[i] = gigabytes / Stopwatch.GetElapsedTime(start).TotalSeconds;
                cpu[i] = (Environment.CpuUsage.TotalTime - cpuBefore).TotalSeconds / gigabytes;
            }

            await over.CancelAsync();
            await Task.WhenAll(IgnoreStop(receiving), IgnoreStop(echoing), IgnoreStop(pinging));

            async Task RunAsync(int transfers)
            {
                Task all = sink.ExpectAsync(transfers);
                for (int i = 0; i < transfers; i++)
                    await sender.SendAsync((ulong)i, [new TensorPart(values, element)], stop);
                await all.WaitAsync(stop);
            }
        }

        stop.ThrowIfCancellationRequested();
        return new WireSpeed(mebibytesEach, element, Sample.Of(speeds), Sample.Of(pings), Sample.Of(cpu));
    }

    private static async Task EchoAsync(Stream stream, CancellationToken stop)
    {
        var frames = new FrameReader(PipeReader.Create(stream), WireLimits.MaxMessageBytes, TimeSpan.FromMinutes(1));
        while (await frames.ReadAsync(stop) is { } frame)
            await stream.WriteAsync(Make(FrameKind.Pong, frame.Payload.ToArray()), stop);
    }

    private static async Task PingAsync(Stream stream, List<double> milliseconds, CancellationToken stop)
    {
        var frames = new FrameReader(PipeReader.Create(stream), WireLimits.MaxMessageBytes, TimeSpan.FromMinutes(1));
        byte[] ping = Make(FrameKind.Ping, new byte[sizeof(long)]);
        while (!stop.IsCancellationRequested)
        {
            long start = Stopwatch.GetTimestamp();
            await stream.WriteAsync(ping, stop);
            await frames.ReadAsync(stop);
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await Task.Delay(PingInterval, stop);
        }
    }

    private static byte[] Make(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Frame.Write(buffer, kind, payload);
        return buffer.WrittenSpan.ToArray();
    }

    private static async Task IgnoreStop(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // That is how it ends here.
        }
    }

    /// <summary>Receives everything into the same memory, as a step's parity buffers do.</summary>
    private sealed class Sink(int length) : ITensorSink
    {
        private readonly Memory<float>[] _memory = [GC.AllocateArray<float>(length, pinned: true)];
        private TaskCompletionSource _all = new();
        private int _expected;

        public Task ExpectAsync(int transfers)
        {
            _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _expected, transfers);
            return _all.Task;
        }

        public ValueTask<IReadOnlyList<Memory<float>>?> OpenAsync(TensorHeader header, CancellationToken stop) =>
            new(_memory);

        public void Complete(TensorHeader header)
        {
            if (Interlocked.Decrement(ref _expected) == 0)
                _all.SetResult();
        }

        public void Abandon(TensorHeader header)
        {
            // Only when the measurement is stopped.
        }
    }
}
