namespace AkkaLstm.Wire.Tensors;

/// <summary>Sizes and deadlines of a tensor channel. Both ends have their own.</summary>
public sealed record TensorChannelOptions
{
    /// <summary>Longest chunk that any receiver takes, in bytes.</summary>
    public const int MaxChunkBytes = 1 << 20;

    /// <summary>Bytes of values in a frame; a multiple of 4. Large enough that the frame's own cost is nothing,
    /// small enough to stay in the nearest caches from the checksum to the socket.</summary>
    public int ChunkBytes { get; init; } = 1 << 18;

    /// <summary>Bytes that the receiver lets the sender be ahead of it.</summary>
    public int WindowBytes { get; init; } = 1 << 22;

    /// <summary>Bytes of a transfer that the receiver takes at most, counted as float32.</summary>
    public long MaxTransferBytes { get; init; } = 1L << 32;

    /// <summary>Whether values may be read where they lie, in memory of the other process, instead of being sent. Only
    /// asked for where both ends are on the same machine, and only done if both want it.</summary>
    public bool SharesMemory { get; init; } = true;

    /// <summary>How long the peer may take for its next frame, and for taking one of ours. A sender that has nothing
    /// to send shows three times as often that it is there.</summary>
    public TimeSpan PeerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the sink may take to give memory; below <see cref="PeerTimeout"/>, as the peer waits
    /// meanwhile.</summary>
    public TimeSpan SinkTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long values wait for the message that announces them; they are dropped then, and the protocol asks for
    /// them again. Of no use above <see cref="SinkTimeout"/>, which ends the channel. Default 2 s.</summary>
    public TimeSpan AnnounceTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Measures the deadlines.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Hears of exceptions that are no fault of the peer but mistakes in this program. The connection is given up
    /// and made again, so that a job may go on; somebody should read it all the same.</summary>
    public Action<Exception> Defect { get; init; } = _ => { };

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ArgumentException">One is out of range; the message says which.</exception>
    public void Validate()
    {
        Require(
            ChunkBytes is >= sizeof(float) and <= MaxChunkBytes && ChunkBytes % sizeof(float) == 0,
            $"{nameof(ChunkBytes)} is {ChunkBytes}, must be a multiple of 4 up to {MaxChunkBytes}");
        Require(
            WindowBytes is >= 2 * MaxChunkBytes and <= 1 << 30,
            $"{nameof(WindowBytes)} is {WindowBytes}, must be {2 * MaxChunkBytes} (two of the longest chunks) to {1 << 30}");
        Require(MaxTransferBytes > 0, $"{nameof(MaxTransferBytes)} is {MaxTransferBytes}, must be above 0");
        Require(PeerTimeout > TimeSpan.Zero, $"{nameof(PeerTimeout)} is {PeerTimeout}, must be above 0");
        Require(
            SinkTimeout > TimeSpan.Zero && SinkTimeout <= PeerTimeout,
            $"{nameof(SinkTimeout)} is {SinkTimeout}, must be above 0 and at most {nameof(PeerTimeout)}");
        Require(AnnounceTimeout > TimeSpan.Zero, $"{nameof(AnnounceTimeout)} is {AnnounceTimeout}, must be above 0");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new ArgumentException(message);
    }
}
