using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Numerics.Tests.Gemm;

public sealed class ActivationsTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 16)]
    [InlineData(2, 7, 40)]
    public void CopyTo_AfterCopyFrom_GivesTheRowsBack(int timeSteps, int lanes, int columns)
    {
        float[] rows = TestValues.Random(timeSteps * lanes * columns, 1);
        var activations = new Activations(timeSteps + 1, lanes + 2, columns);
        activations.Data.Fill(float.NaN);
        activations.Reshape(timeSteps, lanes);

        activations.CopyFrom(rows);

        var back = new float[rows.Length];
        activations.CopyTo(back);
        TestValues.AssertSameBits(rows, back, "rows");
        Assert.Equal(rows[^1], activations.Data[activations.IndexOf(timeSteps - 1, lanes - 1, columns - 1)]);
        foreach (float value in activations.Data)
            Assert.False(float.IsNaN(value), "padding must be zero");
    }

    [Fact]
    public void Reshape_OverTheLargest_Throws()
    {
        var activations = new Activations(2, 3, 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => activations.Reshape(3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => activations.Reshape(2, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => activations.Reshape(0, 3));
    }

    [Fact]
    public void Steps_OutsideTheWindow_Throws()
    {
        var activations = new Activations(2, 3, 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = activations.Steps(1, 2); });
        Assert.Throws<ArgumentOutOfRangeException>(() => activations.ReadRow(2, 0, new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => activations.WriteRow(0, 3, new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => activations.WriteRow(0, 0, new float[5]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void AlignedBuffer_AnyLength_StartsOnACacheLineWithZeros(int length)
    {
        var buffer = new AlignedBuffer(length);

        Assert.Equal(length, buffer.Length);
        Assert.Equal(length, buffer.Span.Length);
        unsafe
        {
            Assert.Equal(0u, (nuint)buffer.Pointer % AlignedBuffer.AlignmentBytes);
        }

        foreach (float value in buffer.Span)
            Assert.Equal(0, value);
    }
}
