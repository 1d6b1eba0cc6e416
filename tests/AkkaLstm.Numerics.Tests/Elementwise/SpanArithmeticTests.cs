using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Tests.Elementwise;

public sealed class SpanArithmeticTests
{
    private const float Alpha = 0.37f;

    [Fact]
    public void Combine_OfEveryLength_IsTheCorrectlyRoundedResult_OnEveryPath()
    {
        Check(default(SpanArithmetic.AddOperation), (a, b) => (float)((double)a + b));
        Check(default(SpanArithmetic.MultiplyOperation), (a, b) => (float)((double)a * b));
        Check(new SpanArithmetic.AxpyOperation { Alpha = Alpha }, (a, b) => MathF.FusedMultiplyAdd(Alpha, a, b));
        Check(new SpanArithmetic.ScaleOperation { Alpha = Alpha }, (a, _) => (float)((double)Alpha * a));
    }

    [Fact]
    public void PublicOperations_DoWhatTheirNamesSay()
    {
        float[] a = [1, 2, 3];
        float[] b = [10, 20, 30];
        float[] y = new float[3];
        SpanArithmetic.Add(a, b, y);
        Assert.Equal([11, 22, 33], y);
        SpanArithmetic.AddInto(a, y);
        Assert.Equal([12, 24, 36], y);
        SpanArithmetic.Multiply(a, b, y);
        Assert.Equal([10, 40, 90], y);
        SpanArithmetic.Axpy(2, a, y);
        Assert.Equal([12, 44, 96], y);
        SpanArithmetic.Scale(0.5f, y, y);
        Assert.Equal([6, 22, 48], y);
    }

    [Fact]
    public void Add_WithPartlyOverlappingBuffers_Throws()
    {
        float[] buffer = new float[9];
        float[] other = new float[8];
        Assert.Throws<ArgumentException>(() => SpanArithmetic.Add(buffer.AsSpan(0, 8), other, buffer.AsSpan(1, 8)));
        Assert.Throws<ArgumentException>(() => SpanArithmetic.Add(other, buffer.AsSpan(1, 8), buffer.AsSpan(0, 8)));
        Assert.Throws<ArgumentException>(() => SpanArithmetic.Add(other, buffer, other));
    }

    private static void Check<TOperation>(TOperation operation, Func<float, float, float> exact)
        where TOperation : struct, SpanArithmetic.IOperation
    {
        foreach (SimdPath path in TestNumbers.Paths)
        {
            for (int length = 0; length <= 256; length++)
            {
                GuardedBuffer a = new(TestNumbers.Normal(length, 1));
                GuardedBuffer b = new(TestNumbers.Normal(length, 2));
                GuardedBuffer y = new(length);
                float[] expected = new float[length];
                for (int i = 0; i < length; i++)
                    expected[i] = exact(a.Span[i], b.Span[i]);
                SpanArithmetic.Combine(a.Span, b.Span, y.Span, operation, path);
                TestNumbers.AssertSameBits(expected, y.Span);
                SpanArithmetic.Combine(a.Span, b.Span, b.Span, operation, path);
                TestNumbers.AssertSameBits(expected, b.Span);
                y.AssertGuardsIntact();
                b.AssertGuardsIntact();
            }
        }
    }
}
