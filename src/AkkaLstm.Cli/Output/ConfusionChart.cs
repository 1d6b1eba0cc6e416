using System.Globalization;
using System.Net;
using System.Text;
using AkkaLstm.Data.Classification;

namespace AkkaLstm.Cli.Output;

/// <summary>
/// A confusion matrix as a stand-alone SVG file: a row is an actual class, a column what it was taken for; a cell has the count and is
/// as dark as its share of the row.
/// </summary>
internal static class ConfusionChart
{
    private const double Cell = 72;
    private const double Top = 118;
    private const double CharacterWidth = 7.5;
    private const int LongestLabel = 24;
    private const string CellColor = "#1f4e79";
    private const string TextColor = "#3a4550";
    private const string GridColor = "#e3e7ec";

    /// <summary>Draws the chart.</summary>
    /// <param name="title">Heading.</param>
    /// <param name="confusion">The matrix.</param>
    /// <returns>The text of the SVG file.</returns>
    public static string Draw(string title, ConfusionMatrix confusion)
    {
        string[] labels = [.. confusion.Labels.Select(Shorten)];
        double left = 60 + (CharacterWidth * labels.Max(label => label.Length));
        double size = Cell * labels.Length;
        double width = Math.Max(left + size + 40, 60 + (10 * title.Length));
        double height = Top + size + 40;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:0} {height:0}" width="{width:0}" height="{height:0}" role="img"
                 font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">
            <title>{WebUtility.HtmlEncode(title)}</title>
            <rect width="100%" height="100%" fill="#ffffff"/>

            """);
        Text(svg, 24, 32, title, "start", 18, TextColor);
        Text(svg, left + (size / 2), 68, "predicted", "middle", 13, TextColor);
        svg.Append(CultureInfo.InvariantCulture, $"<g transform=\"translate(26 {Top + (size / 2):0.#}) rotate(-90)\">");
        Text(svg, 0, 0, "actual", "middle", 13, TextColor);
        svg.Append("</g>\n");
        for (int i = 0; i < labels.Length; i++)
        {
            double middle = (i + 0.5) * Cell;
            Text(svg, left + middle, Top - (i % 2 == 0 || !IsCrowded(labels) ? 10 : 26), labels[i], "middle", 13, TextColor);
            Text(svg, left - 10, Top + middle + 5, labels[i], "end", 13, TextColor);
            Row(svg, confusion, i, left);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Row(StringBuilder svg, ConfusionMatrix confusion, int actual, double left)
    {
        IReadOnlyList<long> row = confusion.Counts[actual];
        double y = Top + (actual * Cell);
        for (int predicted = 0; predicted < row.Count; predicted++)
        {
            double x = left + (predicted * Cell);
            double share = (double)row[predicted] / Math.Max(1, row.Sum());
            svg.Append(CultureInfo.InvariantCulture, $"""
                <rect x="{x:0.#}" y="{y:0.#}" width="{Cell}" height="{Cell}" fill="{CellColor}" fill-opacity="{share:0.###}" stroke="{GridColor}"/>

                """);
            string color = share > 0.5 ? "#ffffff" : TextColor;
            double middle = x + (Cell / 2);
            Text(svg, middle, y + (Cell / 2) + 1, Units.Count(row[predicted]), "middle", 16, color);
            if (row[predicted] > 0)
                Text(svg, middle, y + (Cell / 2) + 19, string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %"), "middle", 11, color);
        }
    }

    /// <summary>Whether labels above neighbouring columns would run into each other.</summary>
    private static bool IsCrowded(string[] labels) => labels.Max(label => label.Length) * CharacterWidth > Cell - 6;

    private static string Shorten(string label) => label.Length <= LongestLabel ? label : label[..(LongestLabel - 1)] + "…";

    private static void Text(StringBuilder svg, double x, double y, string text, string anchor, double size, string color)
    {
        svg.Append(
            CultureInfo.InvariantCulture, $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\" ");
        svg.Append(CultureInfo.InvariantCulture, $"font-size=\"{size:0.#}\" fill=\"{color}\">");
        svg.Append(WebUtility.HtmlEncode(text)).Append("</text>\n");
    }
}
