namespace AkkaLstm.Numerics.Gemm;

/// <summary>A zeroed run of floats that starts on a cache line and never moves. Allocated once, reused for the life of its owner.</summary>
/// <remarks>
/// Full-width loads that cross cache lines cost twice; arrays of the runtime start 16 bytes into one. The memory is ordinary managed
/// memory of the pinned heap, so there is nothing to free.
/// </remarks>
public sealed unsafe class AlignedBuffer
{
    /// <summary>Bytes of a cache line, and of the widest vector.</summary>
    public const int AlignmentBytes = 64;

    private readonly float[] _array;
    private readonly int _start;

    /// <summary>Makes a buffer of zeros.</summary>
    /// <param name="length">Number of floats.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="OverflowException">The length is over what one array holds (about 2^31 floats).</exception>
    public AlignedBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        const int slack = AlignmentBytes / sizeof(float);
        _array = GC.AllocateArray<float>(checked((int)(length + slack)), pinned: true);
        Length = (int)length;
        fixed (float* first = _array)
        {
            int misalignedBytes = (int)((nuint)first % AlignmentBytes);
            _start = misalignedBytes == 0 ? 0 : (AlignmentBytes - misalignedBytes) / sizeof(float);
            Pointer = first + _start;
        }
    }

    /// <summary>Number of floats.</summary>
    public int Length { get; }

    /// <summary>The floats.</summary>
    public Span<float> Span => _array.AsSpan(_start, Length);

    /// <summary>The first float; valid as long as this object is reachable.</summary>
    internal float* Pointer { get; }
}
