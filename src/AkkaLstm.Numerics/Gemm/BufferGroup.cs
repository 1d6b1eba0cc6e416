using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>
/// Buffers that lie one after another in one run of memory, in the order in which they were added, so that all of them
/// can be given away, or looked at elsewhere, as one.
/// </summary>
public sealed class BufferGroup
{
    private readonly List<AlignedBuffer> _buffers = [];

    /// <summary>Floats of the run: those of all buffers, each up to the end of its last cache line.</summary>
    public int Length { get; private set; }

    /// <summary>Adds a buffer. It has no memory before the group is placed.</summary>
    /// <param name="length">Number of floats.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="OverflowException">The run gets longer than what one memory holds (about 2^31 floats).</exception>
    public AlignedBuffer Add(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = checked((int)(Length + RoundedUp(length)));
        var buffer = AlignedBuffer.Unplaced((int)length);
        _buffers.Add(buffer);
        return buffer;
    }

    /// <summary>Whether memory can hold the buffers: its length is <see cref="Length"/>, and it starts on a cache line.</summary>
    public bool Fits(ReadOnlyMemory<float> memory) => memory.Length == Length && (Length == 0 || IsAligned(memory.Span));

    /// <summary>Moves all buffers to a run of memory, with whatever is in it. Not while somebody uses them.</summary>
    /// <param name="memory">Memory that <see cref="Fits"/> and never moves.</param>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    public void Place(Memory<float> memory)
    {
        if (!Fits(memory))
            throw new ArgumentException($"The buffers take {Length} floats from a cache line on, not {memory.Length} elsewhere.", nameof(memory));
        int start = 0;
        foreach (AlignedBuffer buffer in _buffers)
        {
            buffer.Place(memory.Slice(start, buffer.Length));
            start += (int)RoundedUp(buffer.Length);
        }
    }

    private static long RoundedUp(long length) =>
        (length + AlignedBuffer.AlignmentLength - 1) / AlignedBuffer.AlignmentLength * AlignedBuffer.AlignmentLength;

    private static unsafe bool IsAligned(ReadOnlySpan<float> floats) =>
        (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(floats)) % AlignedBuffer.AlignmentBytes == 0;
}
