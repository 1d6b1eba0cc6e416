using System.Buffers;
using System.Runtime.InteropServices;

namespace AkkaLstm.Wire.Tensors;

/// <summary>Float memory seen as bytes, so that streams read and write it without a copy.</summary>
/// <param name="values">The memory.</param>
internal sealed class FloatBytes(Memory<float> values) : MemoryManager<byte>
{
    /// <summary>The bytes of values that are only read.</summary>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<float> values) =>
        new FloatBytes(MemoryMarshal.AsMemory(values)).Memory;

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.Span);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        (int index, int offset) = Math.DivRem(elementIndex, sizeof(float));
        MemoryHandle handle = values[index..].Pin();
        unsafe
        {
            return new MemoryHandle((byte*)handle.Pointer + offset, pinnable: new PinnedFloats(handle));
        }
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
        // What Pin returned unpins by itself.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    /// <summary>Lets the handle of the float memory go with that of the bytes.</summary>
    private sealed class PinnedFloats(MemoryHandle handle) : IPinnable
    {
        private MemoryHandle _handle = handle;

        MemoryHandle IPinnable.Pin(int elementIndex) => throw new NotSupportedException();

        void IPinnable.Unpin() => _handle.Dispose();
    }
}
