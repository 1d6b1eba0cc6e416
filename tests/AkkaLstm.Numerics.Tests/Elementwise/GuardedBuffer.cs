namespace AkkaLstm.Numerics.Tests.Elementwise;

/// <summary>
/// A span with 32 guard values on each side. A kernel that writes outside the span changes a guard; one that reads outside it meets
/// NaN, which then shows in its results.
/// </summary>
internal sealed class GuardedBuffer
{
    private const int GuardLength = 32;
    private const int GuardBits = 0x7FC12345;
    private readonly float[] _memory;

    public GuardedBuffer(int length)
    {
        _memory = new float[length + (2 * GuardLength)];
        Array.Fill(_memory, BitConverter.Int32BitsToSingle(GuardBits));
        Span.Clear();
    }

    public GuardedBuffer(ReadOnlySpan<float> content)
        : this(content.Length) => content.CopyTo(Span);

    public Span<float> Span => _memory.AsSpan(GuardLength, _memory.Length - (2 * GuardLength));

    public void AssertGuardsIntact()
    {
        for (int i = 0; i < GuardLength; i++)
        {
            Assert.Equal(GuardBits, BitConverter.SingleToInt32Bits(_memory[i]));
            Assert.Equal(GuardBits, BitConverter.SingleToInt32Bits(_memory[^(i + 1)]));
        }
    }
}
