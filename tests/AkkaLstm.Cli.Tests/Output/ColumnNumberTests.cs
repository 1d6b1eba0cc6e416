using System.Globalization;
using AkkaLstm.Cli.Output;

namespace AkkaLstm.Cli.Tests.Output;

public class ColumnNumberTests
{
    [Theory]
    [InlineData(451.74284, 30, "451.7428")]
    [InlineData(422.80891, 0.9, "422.8089")]
    [InlineData(-57.1, 40, "-57.1")]
    [InlineData(0, 1, "0")]
    [InlineData(0.000012345678, 1e-5, "1.234568E-05")]
    public void Of_ColumnThatVariesAsMuchAsItIsLarge_HasSevenDigits(double value, double deviation, string expected) =>
        Assert.Equal(expected, ColumnNumber.Of(value, deviation));

    [Theory]
    [InlineData(1_000_000_003.1254, 5, "1000000003.125")]
    [InlineData(-1_000_000_003.1254, 5, "-1000000003.125")]
    [InlineData(100.00012345678, 0.0001, "100.0001235")]
    [InlineData(12_345_678.9, 1e6, "12345679")]
    [InlineData(1e20, 1e19, "1E+20")]
    public void Of_ColumnFarFromZero_ShowsAThousandthOfItsDeviationAndNoExponent(
        double value, double deviation, string expected) => Assert.Equal(expected, ColumnNumber.Of(value, deviation));

    [Theory]
    [InlineData(1e12 + (1.0 / 3), 1e-3)]
    [InlineData(0.1, 1e-300)]
    [InlineData(1e300, double.Epsilon)]
    public void Of_MoreDigitsThanADoubleHas_ReadsBackEqual(double value, double deviation) =>
        Assert.Equal(value, double.Parse(ColumnNumber.Of(value, deviation), CultureInfo.InvariantCulture));
}
