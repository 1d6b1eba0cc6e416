using System.Runtime.InteropServices;

namespace AkkaLstm.Wire.Sharing;

/// <summary>Float memory that other processes of this machine can read where it lies, instead of being sent what is in it.</summary>
public static class SharedFloats
{
    /// <summary>Shorter ones are not worth a mapping: 64 KiB cross a socket in the time of a few page faults.</summary>
    public const int MinLength = 1 << 14;

    /// <summary>
    /// Zeros of a length that can be shared, from the beginning of a page on; null where they are too few, or the system
    /// has no such memory. They live as long as somebody refers to the <see cref="Memory{T}"/>; a span alone does not keep
    /// them.
    /// </summary>
    public static Memory<float>? TryAllocate(int length) =>
        length >= MinLength ? SharedSegment.TryCreate(length)?.Memory : null;

    /// <summary>Where values lie, if it is in memory of <see cref="TryAllocate"/>.</summary>
    internal static bool TryFind(ReadOnlyMemory<float> values, out SharedPlace place)
    {
        bool isShared = MemoryMarshal.TryGetMemoryManager(values, out SharedSegment? segment, out int start, out _);
        place = isShared ? new SharedPlace(segment!.Descriptor, segment.Key, start) : default;
        return isShared;
    }
}
