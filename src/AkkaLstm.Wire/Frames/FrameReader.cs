using System.Buffers;
using System.IO.Pipelines;

namespace AkkaLstm.Wire.Frames;

/// <summary>
/// Frames from a pipe. At most one frame is held back for its end, so a peer cannot make this buffer more than
/// the limit and a read's worth of bytes.
/// </summary>
/// <param name="pipe">Where the bytes come from; not completed by this class.</param>
/// <param name="maxPayloadBytes">The longest payload that is taken.</param>
/// <param name="timeout">How long a frame may take, from the end of the one before to its own; engines send
/// <see cref="FrameKind.Ping"/> more often than that.</param>
/// <param name="clock">Measures the timeout; the system's when null.</param>
public sealed class FrameReader(
    PipeReader pipe, int maxPayloadBytes, TimeSpan timeout, TimeProvider? clock = null)
{
    private SequencePosition? _consumed;

    /// <summary>The longest payload that is taken; an engine raises it after the handshake.</summary>
    public int MaxPayloadBytes { get; set; } = maxPayloadBytes;

    /// <summary>
    /// Reads the next frame. Its payload is valid until the next call, which gives its bytes back.
    /// </summary>
    /// <returns>Null when the peer has closed the connection between two frames.</returns>
    /// <exception cref="WireException">What came is no frame, or it did not come in time.</exception>
    /// <exception cref="OperationCanceledException">The caller wants no more.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken stop)
    {
        if (_consumed is { } consumed)
            pipe.AdvanceTo(consumed);
        _consumed = null;
        using var deadline = new Deadline(timeout, clock ?? TimeProvider.System, stop);
        while (true)
        {
            ReadResult read = await deadline.RunAsync(
                token => pipe.ReadAsync(token), "a frame has not come in time");
            ReadOnlySequence<byte> rest = read.Buffer;
            if (Frame.TryRead(ref rest, MaxPayloadBytes, out Frame frame))
            {
                _consumed = rest.Start;
                return frame;
            }

            if (read.IsCompleted)
            {
                return read.Buffer.IsEmpty
                    ? null
                    : throw new WireException(
                        WireError.Truncated, $"the connection ended {read.Buffer.Length} bytes into a frame");
            }

            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
