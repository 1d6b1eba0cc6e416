using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Wire.Tests.Tensors;

public class BFloat16Tests
{
    [Theory]
    [InlineData(0x00000000u, 0x0000)] // 0
    [InlineData(0x80000000u, 0x8000)] // -0
    [InlineData(0x3F800000u, 0x3F80)] // 1
    [InlineData(0x3F808000u, 0x3F80)] // a tie goes to the even one below
    [InlineData(0x3F818000u, 0x3F82)] // a tie goes to the even one above
    [InlineData(0x3F808001u, 0x3F81)] // just above a tie
    [InlineData(0x3F807FFFu, 0x3F80)] // just below a tie
    [InlineData(0x7F7FFFFFu, 0x7F80)] // the largest number rounds to infinity
    [InlineData(0x7F800000u, 0x7F80)] // infinity
    [InlineData(0xFF800000u, 0xFF80)] // -infinity
    [InlineData(0x7F800001u, 0x7FC0)] // a signalling NaN whose upper half alone would be infinity
    [InlineData(0xFFFFFFFFu, 0xFFFF)] // a NaN that must not round over into zero
    [InlineData(0x00000001u, 0x0000)] // the smallest denormal
    [InlineData(0x00008001u, 0x0001)] // a denormal that rounds up
    [InlineData(0x807F8000u, 0x8080)] // a denormal that rounds to the smallest normal number
    public void Narrow_SpecialValue_HasTheBitsOfTheDefinition(uint bits, int expected)
    {
        Assert.Equal(expected, BFloat16.Narrow(BitConverter.UInt32BitsToSingle(bits)));

        ushort[] vector = new ushort[16];
        BFloat16.Narrow(Enumerable.Repeat(BitConverter.UInt32BitsToSingle(bits), 16).ToArray(), vector);
        Assert.All(vector, value => Assert.Equal(expected, value));
    }

    [Fact]
    public void Narrow_RandomNumbers_AreTheNearestAndEvenOnTies()
    {
        var random = new Random(1);
        for (int i = 0; i < 100_000; i++)
        {
            float value = BitConverter.Int32BitsToSingle((int)random.NextInt64(1L << 32));
            if (!float.IsFinite(value) || Math.Abs(value) > 1e38)
                continue;
            ushort narrow = BFloat16.Narrow(value);

            double error = Math.Abs((double)BFloat16.Widen(narrow) - value);
            foreach (ushort neighbour in new[] { (ushort)(narrow - 1), (ushort)(narrow + 1) })
            {
                double other = Math.Abs((double)BFloat16.Widen(neighbour) - value);
                if (double.IsNaN(other))
                    continue;
                Assert.True(error < other || (error == other && narrow % 2 == 0), $"{value:R} became {narrow:X4}");
            }
        }
    }

    [Fact]
    public void Narrow_AnyLength_IsThatOfTheScalar()
    {
        var random = new Random(2);
        for (int length = 0; length < 100; length++)
        {
            float[] values = new float[length];
            foreach (ref float value in values.AsSpan())
                value = BitConverter.Int32BitsToSingle((int)random.NextInt64(1L << 32));
            ushort[] narrow = new ushort[length];

            BFloat16.Narrow(values, narrow);

            Assert.Equal(values.Select(BFloat16.Narrow), narrow);
        }
    }

    [Fact]
    public void Widen_EveryValue_IsItselfNarrowedAgain()
    {
        ushort[] all = [.. Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits)];
        float[] wide = new float[all.Length];
        BFloat16.Widen(all.AsSpan(3), wide.AsSpan(3));

        for (int i = 3; i < all.Length; i++)
        {
            Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(wide[i]));
            Assert.Equal(float.IsNaN(wide[i]) ? i | 0x40 : i, BFloat16.Narrow(wide[i]));
        }
    }

    [Fact]
    public void Narrow_OtherLength_Throws() =>
        Assert.Throws<ArgumentException>(() => BFloat16.Narrow(new float[3], new ushort[2]));
}
