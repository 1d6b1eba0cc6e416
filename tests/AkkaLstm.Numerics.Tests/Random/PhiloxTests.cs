using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Numerics.Tests.Random;

public sealed class PhiloxTests
{
    /// <summary>The lines "philox4x32 10" of tests/kat_vectors in Random123 (github.com/DEShawResearch/random123): counter, key, answer.</summary>
    [Theory]
    [InlineData("00000000 00000000 00000000 00000000 00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8")]
    [InlineData("ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd")]
    [InlineData("243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1")]
    public void Block_OfTheKnownInputs_GivesThePublishedAnswers(string input, string answer)
    {
        uint[] x = Words(input);
        uint[] y = Words(answer);
        PhiloxBlock actual = Philox.Block(new(x[0], x[1], x[2], x[3]), x[4], x[5]);
        Assert.Equal(new PhiloxBlock(y[0], y[1], y[2], y[3]), actual);
    }

    private static uint[] Words(string hex) => Array.ConvertAll(hex.Split(' '), word => Convert.ToUInt32(word, 16));
}
