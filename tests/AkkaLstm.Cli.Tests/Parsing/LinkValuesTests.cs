using AkkaLstm.Cli.Parsing;
using AkkaLstm.Numerics;

namespace AkkaLstm.Cli.Tests.Parsing;

public class LinkValuesTests
{
    [Theory]
    [InlineData("10Gbps", 1.25e9)]
    [InlineData("100mbps", 1.25e7)]
    [InlineData("8kbps", 1e3)]
    [InlineData("1.25GB/s", 1.25e9)]
    [InlineData("3MB/s", 3e6)]
    public void BytesPerSecond_Units_AreBitsOrBytes(string text, double bytes) =>
        Assert.Equal(bytes, LinkValues.BytesPerSecond("--bandwidth", text), 1e-6);

    [Theory]
    [InlineData("100us", 100e-6)]
    [InlineData("0.5ms", 0.5e-3)]
    [InlineData("2s", 2)]
    [InlineData("0s", 0)]
    public void Seconds_Units_AreRead(string text, double seconds) =>
        Assert.Equal(seconds, LinkValues.Seconds("--latency", text), 1e-12);

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("Gbps")]
    [InlineData("-1Gbps")]
    [InlineData("0Gbps")]
    [InlineData("1,5Gbps")]
    [InlineData("fast")]
    public void BytesPerSecond_NoRate_NamesTheRemedy(string text)
    {
        var wrong = Assert.Throws<BadInputException>(() => LinkValues.BytesPerSecond("--bandwidth", text));
        Assert.Contains("10Gbps", wrong.Message, StringComparison.Ordinal);
        Assert.StartsWith("--bandwidth: ", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("100")]
    [InlineData("ms")]
    [InlineData("-1ms")]
    public void Seconds_NoTime_NamesTheRemedy(string text)
    {
        var wrong = Assert.Throws<BadInputException>(() => LinkValues.Seconds("--latency", text));
        Assert.Contains("100us", wrong.Message, StringComparison.Ordinal);
    }
}
