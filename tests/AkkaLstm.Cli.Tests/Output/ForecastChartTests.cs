using System.Globalization;
using System.Xml.Linq;
using AkkaLstm.Cli.Output;

namespace AkkaLstm.Cli.Tests.Output;

public class ForecastChartTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Draw_TwoColumns_IsValidXmlWithTwoLinesPerPanel()
    {
        XElement root = XDocument.Parse(Draw("load & <price>")).Root!;

        List<XElement> lines = [.. root.Descendants(Svg + "polyline")];
        Assert.Equal(4, lines.Count);
        Assert.Contains(root.Descendants(Svg + "text"), t => t.Value == "load & <price>");
        Assert.Contains(root.Descendants(Svg + "text"), t => t.Value == "history");
        Assert.Contains(root.Descendants(Svg + "text"), t => t.Value == "forecast");
    }

    [Fact]
    public void Draw_Forecast_StartsAtLastKnownValue()
    {
        XElement root = XDocument.Parse(Draw("y")).Root!;

        string[] history = Points(root, 0);
        string[] forecast = Points(root, 1);

        Assert.Equal(120, history.Length);
        Assert.Equal(25, forecast.Length);
        Assert.Equal(history[^1], forecast[0]);
    }

    [Fact]
    public void Draw_EveryPoint_LiesInsideTheFrame()
    {
        XElement root = XDocument.Parse(Draw("y")).Root!;
        double width = double.Parse(root.Attribute("width")!.Value, CultureInfo.InvariantCulture);
        double height = double.Parse(root.Attribute("height")!.Value, CultureInfo.InvariantCulture);

        foreach (string point in Enumerable.Range(0, 4).SelectMany(i => Points(root, i)))
        {
            double[] xy = [.. point.Split(',').Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
            Assert.InRange(xy[0], 0, width);
            Assert.InRange(xy[1], 0, height);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Draw_Bands_OpenFromTheLastKnownValueAndLegendAndTitleStayApart(int count)
    {
        ForecastBand[] bands = [.. Enumerable.Range(1, count).Select(i => new ForecastBand($"band {i}", [-i, -i], [3 + i, 3 + i]))];
        var panel = new ForecastPanel("y", [1, 2], [2, 2]) { Bands = bands };
        XElement root = XDocument.Parse(
            ForecastChart.Draw("a title that takes all the room beside a short legend", "row", ["a", "b", "c", "d"], [panel])).Root!;

        XElement[] polygons = [.. root.Descendants(Svg + "polygon")];
        Assert.Equal(count, polygons.Length);
        string lastKnown = Points(root, 0)[^1];
        Assert.All(polygons, polygon =>
        {
            string[] points = polygon.Attribute("points")!.Value.Split(' ');
            Assert.Equal((lastKnown, lastKnown, 6), (points[0], points[^1], points.Length));
        });
        double legend = double.Parse(
            root.Descendants(Svg + "text").Single(text => text.Value == "history").Attribute("y")!.Value, CultureInfo.InvariantCulture);
        Assert.Equal(count > 1, legend > 40);
        Assert.All(bands, band => Assert.Contains(root.Descendants(Svg + "text"), text => text.Value == band.Name));
    }

    [Fact]
    public void Draw_SeriesFarFromZero_HasLabelsThatDifferAndFitBesideThePanel()
    {
        double[] values = [1e9 - 5, 1e9, 1e9 + 5];
        XElement root = XDocument.Parse(
            ForecastChart.Draw("t", "row", ["a", "b", "c", "d", "e", "f"], [new ForecastPanel("y", values, values)])).Root!;

        XElement[] labels = [.. root.Descendants(Svg + "text").Where(text => text.Value.StartsWith("100000000", StringComparison.Ordinal))];
        Assert.True(labels.Length >= 3);
        Assert.Equal(labels.Length, labels.Select(label => label.Value).Distinct().Count());
        double panel = double.Parse(Points(root, 0)[0].Split(',')[0], CultureInfo.InvariantCulture);
        Assert.All(labels, label => Assert.InRange(
            double.Parse(label.Attribute("x")!.Value, CultureInfo.InvariantCulture), 26 + (6.7 * label.Value.Length), panel));
    }

    [Fact]
    public void Draw_SeriesThatDiffersByRoundingAlone_IsAFlatLine()
    {
        XElement root = XDocument.Parse(
            ForecastChart.Draw("t", "row", ["a", "b", "c"], [new ForecastPanel("y", [1e17, 1e17 + 16], [1e17])])).Root!;

        Assert.Single(Points(root, 0).Select(point => point.Split(',')[1]).Distinct());
    }

    [Fact]
    public void LabelledPositions_Months_AreJanuaries()
    {
        string[] months = [.. Enumerable.Range(0, 100).Select(
            i => $"{2000 + ((i + 4) / 12)}-{((i + 4) % 12) + 1:00}")];

        int[] indices = [.. ForecastChart.LabelledPositions(months)];

        Assert.InRange(indices.Length, 3, 12);
        Assert.All(indices, i => Assert.EndsWith("-01", months[i], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(1000)]
    public void LabelledPositions_OtherRows_AreAFewRoundIndices(int count)
    {
        string[] rows = [.. Enumerable.Range(0, count).Select(i => $"{i}")];

        int[] indices = [.. ForecastChart.LabelledPositions(rows)];

        Assert.InRange(indices.Length, 2, 12);
        Assert.All(indices, i => Assert.InRange(i, 0, count - 1));
    }

    private static string[] Points(XElement root, int line) =>
        root.Descendants(Svg + "polyline").ElementAt(line).Attribute("points")!.Value.Split(' ');

    private static string Draw(string name)
    {
        double[] history = [.. Enumerable.Range(0, 120).Select(
            i => 80 + (70 * Math.Sin(i / 11.0)) + (10 * Math.Sin(i * 1.7)))];
        double[] forecast = [.. Enumerable.Range(120, 24).Select(i => 80 + (70 * Math.Sin(i / 11.0)))];
        string[] positions = [.. Enumerable.Range(0, 144).Select(i => $"{2013 + (i / 12)}-{(i % 12) + 1:00}")];
        return ForecastChart.Draw("Forecast of 24 rows", "month", positions,
            [new ForecastPanel(name, history, forecast), new ForecastPanel("second", history, forecast)]);
    }
}
