using AkkaLstm.Cli.Output;
using Xunit.Abstractions;

namespace AkkaLstm.Cli.Tests.Output;

public class LossCurveTests(ITestOutputHelper output)
{
    [Fact]
    public void Render_FallingLoss_StartsHighAndEndsLow()
    {
        CurvePoint[] train = [.. Enumerable.Range(1, 40).Select(
            i => new CurvePoint(i, 0.01 + Math.Exp(-i / 8.0)))];
        CurvePoint[] valid = [.. Enumerable.Range(1, 40).Select(
            i => new CurvePoint(i, 0.02 + Math.Exp(-i / 7.0) + (i > 30 ? 0.001 * (i - 30) : 0)))];

        IReadOnlyList<string> lines = LossCurve.Render(train, valid, "loss (mean squared error)", 100, 12);

        foreach (string line in lines)
            output.WriteLine(line);
        Assert.Equal(1 + 12 + 2, lines.Count);
        Assert.All(lines, line => Assert.True(line.Length <= 110, line));
        Assert.Contains("best", lines[0], StringComparison.Ordinal);
        int firstDot = FirstDrawnColumn(lines[1]);
        int lastRowDot = FirstDrawnColumn(lines[12]);
        Assert.True(
            firstDot >= 0 && (lastRowDot < 0 || firstDot < lastRowDot),
            "a falling curve runs from top left to bottom right");
        Assert.EndsWith("epoch", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Render_LossOverTwoDecades_UsesLogScale()
    {
        CurvePoint[] train = [new(1, 10), new(2, 1), new(3, 0.1)];

        IReadOnlyList<string> lines = LossCurve.Render(train, [], "loss", 60, 10);

        Assert.Contains("log scale", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.TrimStart().StartsWith("10.0 ┤", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.TrimStart().StartsWith("0.1 ┤", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Render_FewerThanTwoPoints_DrawsNothing(int count)
    {
        CurvePoint[] train = [.. Enumerable.Range(1, count).Select(i => new CurvePoint(i, 1))];

        Assert.Empty(LossCurve.Render(train, [], "loss", 60, 10));
    }

    [Fact]
    public void Render_NonFinitePoints_AreLeftOut()
    {
        CurvePoint[] train = [new(1, double.NaN), new(2, 1), new(3, double.PositiveInfinity), new(4, 0.5)];

        IReadOnlyList<string> lines = LossCurve.Render(train, [], "loss", 60, 8);

        Assert.NotEmpty(lines);
        Assert.DoesNotContain(lines, line => line.Contains("NaN", StringComparison.Ordinal));
    }

    [Fact]
    public void Render_ConstantLoss_DoesNotDivideByZero() =>
        Assert.NotEmpty(LossCurve.Render([new(1, 2), new(2, 2)], [new(1, 2)], "loss", 60, 8));

    private static int FirstDrawnColumn(string line) =>
        line.IndexOfAny([.. Enumerable.Range(0x2801, 255).Select(c => (char)c)]);
}
