using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Numerics.Tests.Gemm;

public sealed class BufferGroupTests
{
    [Fact]
    public void Place_Buffers_LieOneAfterAnotherOnCacheLines()
    {
        var group = new BufferGroup();
        AlignedBuffer[] buffers = [group.Add(3), group.Add(0), group.Add(16), group.Add(17)];
        Memory<float> memory = new AlignedBuffer(group.Length).Memory;
        for (int i = 0; i < memory.Length; i++) memory.Span[i] = i;

        group.Place(memory);

        Assert.Equal(16 + 16 + 32, group.Length);
        Assert.Equal([3, 0, 16, 17], buffers.Select(buffer => buffer.Span.Length));
        Assert.Equal([0f, 16f, 32f], [buffers[0].Span[0], buffers[2].Span[0], buffers[3].Span[0]]);
        unsafe
        {
            foreach (AlignedBuffer buffer in buffers) Assert.Equal(0u, (nuint)buffer.Pointer % AlignedBuffer.AlignmentBytes);
            Assert.Equal(32f, *buffers[3].Pointer);
        }
    }

    [Fact]
    public void Place_Elsewhere_MovesTheBuffersAndCopiesNothing()
    {
        var group = new BufferGroup();
        AlignedBuffer buffer = group.Add(5);
        Memory<float> here = new AlignedBuffer(group.Length).Memory;
        Memory<float> there = new AlignedBuffer(group.Length).Memory;
        there.Span.Fill(7);

        group.Place(here);
        buffer.Span.Fill(1);
        group.Place(there);

        Assert.Equal(7, buffer.Span[4]);
        Assert.Equal(1, here.Span[4]);
    }

    [Fact]
    public void Fits_OtherLengthOrWithinACacheLine_IsFalseAndPlaceThrows()
    {
        var group = new BufferGroup();
        group.Add(20);
        Memory<float> memory = new AlignedBuffer(100).Memory;

        Assert.True(group.Fits(memory[..32]));
        foreach (Memory<float> other in (Memory<float>[])[memory[..31], memory[..33], memory[..20], memory.Slice(4, 32), default])
        {
            Assert.False(group.Fits(other));
            Assert.Throws<ArgumentException>(() => group.Place(other));
        }
    }

    [Fact]
    public void Add_LengthThatCannotBe_Throws()
    {
        var group = new BufferGroup();

        Assert.Throws<ArgumentOutOfRangeException>(() => group.Add(-1));
        group.Add(int.MaxValue / 2);
        Assert.Throws<OverflowException>(() => group.Add(int.MaxValue));
    }

    [Fact]
    public void PackedMatrix_InAGroup_GivesTheSameProductsWhereverItLies()
    {
        var group = new BufferGroup();
        var grouped = new PackedMatrix(5, 20, group);
        var own = new PackedMatrix(5, 20);
        float[] rows = [.. Enumerable.Range(0, 100).Select(i => i * 0.5f)];
        group.Place(new AlignedBuffer(group.Length).Memory);

        own.Pack(rows);
        grouped.Pack(rows);
        Memory<float> copy = new AlignedBuffer(group.Length).Memory;
        unsafe
        {
            new Span<float>(grouped.Column(0, out _), group.Length).CopyTo(copy.Span);
            group.Place(copy);
            for (int column = 0; column < 20; column++)
            {
                float* a = own.Column(column, out nint strideA);
                float* b = grouped.Column(column, out nint strideB);
                for (int k = 0; k < 5; k++) Assert.Equal(a[k * strideA], b[k * strideB]);
            }
        }

        GC.KeepAlive(own);
        GC.KeepAlive(grouped);
    }
}
