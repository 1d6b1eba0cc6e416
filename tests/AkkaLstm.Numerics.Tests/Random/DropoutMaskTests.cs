using AkkaLstm.Numerics.Random;
using AkkaLstm.Numerics.Tests.Elementwise;

namespace AkkaLstm.Numerics.Tests.Random;

public sealed class DropoutMaskTests
{
    private static readonly RandomKey Key = new(7, RandomPurpose.Dropout, 11, 0);

    [Fact]
    public void Fill_OfSomeLanes_EqualsThoseLanesOfTheWholeMask()
    {
        const int T = 3;
        const int B = 8;
        for (int units = 1; units <= 21; units++)
        {
            int ld = units + 2;
            float[] whole = new float[T * B * ld];
            DropoutMask.Fill(Key, 0.4f, T, B, 16, units, whole, ld);
            GuardedBuffer part = new(T * 2 * units);
            DropoutMask.Fill(Key, 0.4f, T, 2, 16 + 5, units, part.Span, units);
            part.AssertGuardsIntact();
            for (int t = 0; t < T; t++)
            {
                for (int b = 0; b < 2; b++)
                {
                    TestNumbers.AssertSameBits(
                        whole.AsSpan(((t * B) + 5 + b) * ld, units), part.Span.Slice(((t * 2) + b) * units, units));
                }

                Assert.Equal([0, 0], whole.AsSpan((t * B * ld) + units, 2).ToArray());
            }
        }
    }

    [Fact]
    public void Fill_OfAnyUnitCount_IsTheDocumentedFunctionOfPosition()
    {
        // The largest step and lane put something into every field of the counter.
        RandomKey key = new(ulong.MaxValue - 5, RandomPurpose.Dropout, (1L << 40) - 1, int.MaxValue);
        const int Lane = (1 << 20) - 1;
        const float P = 0.3f;
        for (int units = 1; units <= 70; units++)
        {
            GuardedBuffer mask = new(2 * units);
            DropoutMask.Fill(key, P, 2, 1, Lane, units, mask.Span, units);
            mask.AssertGuardsIntact();
            for (int t = 0; t < 2; t++)
            {
                for (int u = 0; u < units; u++)
                {
                    (uint x0, uint x1, uint x2, uint x3) = key.Block(((long)Lane << 28) + (t * ((units + 3) / 4)) + (u / 4));
                    double uniform = (new[] { x0, x1, x2, x3 }[u % 4] >> 8) / (double)(1 << 24);
                    Assert.Equal(uniform < P ? 0 : 1 / (1 - P), mask.Span[(t * units) + u]);
                }
            }
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    public void Fill_DropsTheAskedShare_AndKeepsTheMean(float p)
    {
        const int Count = 200_000;
        float[] mask = new float[Count];
        DropoutMask.Fill(Key, p, 10, 20, 0, 1000, mask, 1000);
        int dropped = mask.Count(value => value == 0);
        Assert.Equal(p, (double)dropped / Count, 5 * Math.Sqrt(p * (1 - p) / Count));
        Assert.All(mask, value => Assert.True(value == 0 || value == 1 / (1 - p)));
    }

    [Fact]
    public void Fill_ForAnotherStepOrSite_IsAnotherMask()
    {
        float[][] masks = new float[3][];
        RandomKey[] keys = [Key, new(7, RandomPurpose.Dropout, 12, 0), new(7, RandomPurpose.Dropout, 11, 1)];
        for (int i = 0; i < 3; i++)
        {
            masks[i] = new float[256];
            DropoutMask.Fill(keys[i], 0.5f, 1, 1, 0, 256, masks[i], 256);
        }

        Assert.NotEqual(masks[0], masks[1]);
        Assert.NotEqual(masks[0], masks[2]);
        Assert.NotEqual(masks[1], masks[2]);
    }

    [Fact]
    public void Fill_WithNumbersOutOfRange_Throws()
    {
        float[] mask = new float[8];
        Assert.Throws<ArgumentOutOfRangeException>(() => DropoutMask.Fill(Key, 1, 1, 1, 0, 8, mask, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => DropoutMask.Fill(Key, float.NaN, 1, 1, 0, 8, mask, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => DropoutMask.Fill(Key, 0.5f, 1, 1, 1 << 20, 8, mask, 8));
        Assert.Throws<ArgumentException>(() => DropoutMask.Fill(Key, 0.5f, 1, 2, 0, 8, mask, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => DropoutMask.Fill(Key, 0.5f, 1, 1, 0, 8, mask, 7));
    }
}
