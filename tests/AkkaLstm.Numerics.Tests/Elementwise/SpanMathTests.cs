using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Simd;
using Xunit.Abstractions;

namespace AkkaLstm.Numerics.Tests.Elementwise;

public sealed class SpanMathTests(ITestOutputHelper output)
{
    public enum Function
    {
        Exp,
        Sigmoid,
        Tanh,
        Log,
    }

    /// <summary>
    /// Every sign and exponent with 8,000 mantissas each. AKKALSTM_SWEEP_STRIDE=1 makes it all 2^32 floats (minutes); the figures in the
    /// documentation of VectorMath come from that.
    /// </summary>
    [Theory]
    [InlineData(Function.Exp, 1.07)]
    [InlineData(Function.Sigmoid, 2.41)]
    [InlineData(Function.Tanh, 2.61)]
    [InlineData(Function.Log, 0.94)]
    public void Map_OverTheWholeFloatRange_IsWithinTheDocumentedUlp(Function function, double documentedUlp)
    {
        long stride = long.Parse(Environment.GetEnvironmentVariable("AKKALSTM_SWEEP_STRIDE") ?? "1021");
        const int Chunk = 1 << 14;
        float[] x = new float[Chunk];
        float[] y = new float[Chunk];
        double worst = 0;
        float worstAt = 0;
        for (long next = 0; next < 1L << 32;)
        {
            int count = 0;
            for (; count < Chunk && next < 1L << 32; count++, next += stride)
                x[count] = BitConverter.UInt32BitsToSingle((uint)next);
            Apply(function, x.AsSpan(0, count), y.AsSpan(0, count), SimdPaths.Current);
            for (int i = 0; i < count; i++)
            {
                double distance = Ulp.Distance(y[i], Exact(function, x[i]));
                if (distance > worst)
                    (worst, worstAt) = (distance, x[i]);
            }
        }

        output.WriteLine($"{function}: worst {worst:F4} ULP at {worstAt:R}, stride {stride}");
        Assert.True(worst <= documentedUlp, $"{function}: {worst:F4} ULP at {worstAt:R}, stride {stride}");
    }

    [Theory]
    [MemberData(nameof(SpecialValues))]
    public void Map_OfSpecialValues_IsRight(Function function, float x, float expected)
    {
        foreach (SimdPath path in TestNumbers.Paths)
        {
            float[] y = new float[1];
            Apply(function, [x], y, path);
            if (float.IsNaN(expected))
                Assert.True(float.IsNaN(y[0]), $"{path}: {y[0]:R}");
            else
                Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(y[0]));
        }
    }

    public static TheoryData<Function, float, float> SpecialValues => new()
    {
        { Function.Exp, 0f, 1f },
        { Function.Exp, -0f, 1f },
        { Function.Exp, float.PositiveInfinity, float.PositiveInfinity },
        { Function.Exp, float.NegativeInfinity, 0f },
        { Function.Exp, float.MaxValue, float.PositiveInfinity },
        { Function.Exp, float.MinValue, 0f },
        { Function.Exp, -103.9f, float.Epsilon },
        { Function.Exp, float.Epsilon, 1f },
        { Function.Exp, float.NaN, float.NaN },
        { Function.Sigmoid, 0f, 0.5f },
        { Function.Sigmoid, -0f, 0.5f },
        { Function.Sigmoid, float.PositiveInfinity, 1f },
        { Function.Sigmoid, float.NegativeInfinity, 0f },
        { Function.Sigmoid, float.MaxValue, 1f },
        { Function.Sigmoid, -103.9f, float.Epsilon },
        { Function.Sigmoid, float.NaN, float.NaN },
        { Function.Tanh, 0f, 0f },
        { Function.Tanh, -0f, -0f },
        { Function.Tanh, float.Epsilon, float.Epsilon },
        { Function.Tanh, -float.Epsilon, -float.Epsilon },
        { Function.Tanh, 1e-20f, 1e-20f },
        { Function.Tanh, float.PositiveInfinity, 1f },
        { Function.Tanh, float.NegativeInfinity, -1f },
        { Function.Tanh, float.NaN, float.NaN },
        { Function.Log, 1f, 0f },
        { Function.Log, 0f, float.NegativeInfinity },
        { Function.Log, -0f, float.NegativeInfinity },
        { Function.Log, -float.Epsilon, float.NaN },
        { Function.Log, -1f, float.NaN },
        { Function.Log, float.Epsilon, -103.278929f },
        { Function.Log, float.PositiveInfinity, float.PositiveInfinity },
        { Function.Log, float.NegativeInfinity, float.NaN },
        { Function.Log, float.NaN, float.NaN },
    };

    [Theory]
    [InlineData(Function.Exp, "BA36AF004D33918A")]
    [InlineData(Function.Sigmoid, "2765B868664DAA40")]
    [InlineData(Function.Tanh, "7D092A466BA4B1D9")]
    [InlineData(Function.Log, "B0DE9CF120A8363C")]
    public void Map_OnEveryPathAndMachine_GivesTheSameBits(Function function, string hash)
    {
        using IncrementalHash bits = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        const int Chunk = 1 << 16;
        float[] x = new float[Chunk];
        float[][] y = [new float[Chunk], new float[Chunk], new float[Chunk]];
        long next = 0;
        while (next < 1L << 32)
        {
            for (int i = 0; i < Chunk; i++, next += 4099)
                x[i] = BitConverter.UInt32BitsToSingle((uint)next);
            for (int p = 0; p < TestNumbers.Paths.Length; p++)
            {
                Apply(function, x, y[p], TestNumbers.Paths[p]);
                // The sign and payload of a NaN are not part of the promise.
                for (int i = 0; i < Chunk; i++)
                    y[p][i] = float.IsNaN(y[p][i]) ? float.NaN : y[p][i];
            }

            Assert.True(MemoryMarshal.AsBytes<float>(y[0]).SequenceEqual(MemoryMarshal.AsBytes<float>(y[1])));
            Assert.True(MemoryMarshal.AsBytes<float>(y[0]).SequenceEqual(MemoryMarshal.AsBytes<float>(y[2])));
            bits.AppendData(MemoryMarshal.AsBytes<float>(y[0]));
        }

        // The hash was taken on x86-64 with AVX-512. Another one anywhere means that trained models differ there.
        Assert.Equal(hash, Convert.ToHexString(bits.GetHashAndReset().AsSpan(0, 8)));
    }

    [Fact]
    public void Map_OfEveryLength_WritesOnlyTheSpan_AlsoInPlace()
    {
        foreach (SimdPath path in TestNumbers.Paths)
        {
            for (int length = 0; length <= 256; length++)
            {
                GuardedBuffer x = new(length);
                for (int i = 0; i < length; i++)
                    x.Span[i] = ((i * 37 % 101) - 50) / 10f;
                GuardedBuffer y = new(length);
                SpanMath.Map<SpanMath.TanhFunction>(x.Span, y.Span, path);
                for (int i = 0; i < length; i++)
                    Assert.True(Ulp.Distance(y.Span[i], Math.Tanh(x.Span[i])) < 4, $"{path} {length} {i}");
                SpanMath.Map<SpanMath.TanhFunction>(x.Span, x.Span, path);
                Assert.True(x.Span.SequenceEqual(y.Span));
                x.AssertGuardsIntact();
                y.AssertGuardsIntact();
            }
        }
    }

    [Fact]
    public void Exp_WithPartlyOverlappingBuffers_Throws()
    {
        float[] buffer = new float[10];
        Assert.Throws<ArgumentException>(() => SpanMath.Exp(buffer.AsSpan(0, 8), buffer.AsSpan(1, 8)));
        Assert.Throws<ArgumentException>(() => SpanMath.Exp(buffer.AsSpan(1, 8), buffer.AsSpan(0, 8)));
    }

    [Fact]
    public void Exp_WithDifferentLengths_Throws() =>
        Assert.Throws<ArgumentException>(() => SpanMath.Exp(new float[3], new float[4]));

    private static void Apply(Function function, ReadOnlySpan<float> x, Span<float> y, SimdPath path)
    {
        switch (function)
        {
            case Function.Exp:
                SpanMath.Map<SpanMath.ExpFunction>(x, y, path);
                break;
            case Function.Sigmoid:
                SpanMath.Map<SpanMath.SigmoidFunction>(x, y, path);
                break;
            case Function.Tanh:
                SpanMath.Map<SpanMath.TanhFunction>(x, y, path);
                break;
            default:
                SpanMath.Map<SpanMath.LogFunction>(x, y, path);
                break;
        }
    }

    private static double Exact(Function function, double x) => function switch
    {
        Function.Exp => ElementwiseReference.Exp(x),
        Function.Sigmoid => ElementwiseReference.Sigmoid(x),
        Function.Tanh => ElementwiseReference.Tanh(x),
        _ => ElementwiseReference.Log(x),
    };
}
