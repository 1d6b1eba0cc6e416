using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>A zeroed run of floats that starts on a cache line and never moves. Allocated once, reused for the life of its owner.</summary>
/// <remarks>
/// Full-width loads that cross cache lines cost twice; arrays of the runtime start 16 bytes into one. The memory is ordinary managed
/// memory of the pinned heap, so there is nothing to free; that of a <see cref="BufferGroup"/> is where the group was placed.
/// </remarks>
public sealed unsafe class AlignedBuffer
{
    /// <summary>Bytes of a cache line, and of the widest vector.</summary>
    public const int AlignmentBytes = 64;

    /// <summary>Floats of a cache line.</summary>
    internal const int AlignmentLength = AlignmentBytes / sizeof(float);

    /// <summary>Makes a buffer of zeros.</summary>
    /// <param name="length">Number of floats.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="OverflowException">The length is over what one array holds (about 2^31 floats).</exception>
    public AlignedBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        float[] array = GC.AllocateArray<float>(checked((int)(length + AlignmentLength)), pinned: true);
        Length = (int)length;
        fixed (float* first = array)
        {
            int misalignedBytes = (int)((nuint)first % AlignmentBytes);
            int start = misalignedBytes == 0 ? 0 : (AlignmentBytes - misalignedBytes) / sizeof(float);
            Memory = MemoryMarshal.CreateFromPinnedArray(array, start, Length);
            Pointer = first + start;
        }
    }

    private AlignedBuffer(int length, Memory<float> memory)
    {
        Length = length;
        Memory = memory;
    }

    /// <summary>Number of floats.</summary>
    public int Length { get; }

    /// <summary>The floats; whoever has it keeps them.</summary>
    public Memory<float> Memory { get; private set; }

    /// <summary>The floats.</summary>
    public Span<float> Span => Memory.Span;

    /// <summary>The first float; valid as long as this object is reachable.</summary>
    internal float* Pointer { get; private set; }

    /// <summary>A buffer of a group, of no use before it has its place.</summary>
    internal static AlignedBuffer Unplaced(int length) => new(length, default);

    /// <summary>Moves a group's buffer to memory of its length, which never moves itself.</summary>
    internal void Place(Memory<float> memory)
    {
        Memory = memory;
        Pointer = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory.Span));
    }
}
