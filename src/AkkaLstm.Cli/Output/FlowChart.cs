using System.Globalization;
using System.Net;
using System.Text;

namespace AkkaLstm.Cli.Output;

/// <summary>A curve of norms against the distance in time.</summary>
/// <param name="Name">What it is of, for the legend.</param>
/// <param name="Norms">Norm at distance 0, 1, ...; not negative.</param>
/// <param name="IsState">Whether it is of the state c and not of the output h; drawn with dashes.</param>
internal sealed record FlowCurve(string Name, IReadOnlyList<double> Norms, bool IsState);

/// <summary>
/// A chart of gradient norms over the distance in time, on a logarithmic axis, as a stand-alone SVG file.
/// </summary>
internal static class FlowChart
{
    private const double Width = 960;
    private const double Height = 520;
    private const double Left = 76;
    private const double Right = 190;
    private const double Top = 56;
    private const double Bottom = 58;
    private const int LowestExponent = -16;
    private const string GridColor = "#e3e7ec";
    private const string TextColor = "#3a4550";

    private static readonly string[] Colors =
        ["#1f4e79", "#d1495b", "#2a9d62", "#8a5fb5", "#c98a1b", "#3a9fb5", "#7a5c45", "#5b6770"];

    /// <summary>Draws the chart.</summary>
    /// <param name="title">Heading.</param>
    /// <param name="curves">The curves; an h and a c of the same name share a colour. Not empty.</param>
    /// <returns>The text of the SVG file.</returns>
    public static string Draw(string title, IReadOnlyList<FlowCurve> curves)
    {
        IEnumerable<double> shown = curves.SelectMany(curve => curve.Norms).Where(norm => norm > 0 && double.IsFinite(norm));
        int low = Math.Max(LowestExponent, Exponent(shown.DefaultIfEmpty(1).Min(), Math.Floor));
        int high = Math.Max(low + 1, Exponent(shown.DefaultIfEmpty(1).Max(), Math.Ceiling));
        int steps = curves.Max(curve => curve.Norms.Count);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width:0} {Height:0}" width="{Width:0}" height="{Height:0}" role="img"
                 font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">
            <title>{WebUtility.HtmlEncode(title)}</title>
            <rect width="100%" height="100%" fill="#ffffff"/>

            """);
        Text(svg, Left, 32, title, "start", 18);
        Grid(svg, low, high, steps);
        string[] names = [.. curves.Select(curve => curve.Name).Distinct(StringComparer.Ordinal)];
        for (int i = 0; i < curves.Count; i++)
        {
            FlowCurve curve = curves[i];
            string color = Colors[Array.IndexOf(names, curve.Name) % Colors.Length];
            string dashes = curve.IsState ? " stroke-dasharray=\"6 4\"" : "";
            IEnumerable<string> points = curve.Norms
                .Select((norm, distance) => (norm, distance))
                .TakeWhile(point => point.norm >= Math.Pow(10, low) && double.IsFinite(point.norm))
                .Select(point => string.Create(
                    CultureInfo.InvariantCulture, $"{X(point.distance, steps):0.##},{Y(point.norm, low, high):0.##}"));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"{dashes} ");
            svg.Append(CultureInfo.InvariantCulture, $"points=\"{string.Join(' ', points)}\"/>\n");
            double y = Top + 8 + (22 * i);
            double x = Width - Right + 16;
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:0.#}\" x2=\"{x + 26:0.#}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\" ");
            svg.Append(CultureInfo.InvariantCulture, $"stroke=\"{color}\" stroke-width=\"2\"{dashes}/>\n");
            Text(svg, x + 32, y + 4, Label(curve), "start", 13);
        }

        svg.Append("</svg>\n");
        return svg.ToString();
    }

    /// <summary>The curve's name with what it is of.</summary>
    public static string Label(FlowCurve curve) => $"{curve.Name}, {(curve.IsState ? "c" : "h")}";

    private static int Exponent(double norm, Func<double, double> round) => (int)round(Math.Log10(norm));

    private static double X(double distance, int steps) =>
        Left + (distance / Math.Max(1, steps - 1) * (Width - Left - Right));

    private static double Y(double norm, int low, int high) =>
        Height - Bottom - ((Math.Log10(norm) - low) / (high - low) * (Height - Top - Bottom));

    private static void Grid(StringBuilder svg, int low, int high, int steps)
    {
        int stride = Math.Max(1, (high - low + 9) / 10);
        for (int exponent = low; exponent <= high; exponent += stride)
        {
            double y = Y(Math.Pow(10, exponent), low, high);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left:0.#}\" x2=\"{Width - Right:0.#}\" y1=\"{y:0.##}\" ");
            svg.Append(CultureInfo.InvariantCulture, $"y2=\"{y:0.##}\" stroke=\"{GridColor}\"/>\n");
            Text(svg, Left - 8, y + 4, string.Create(CultureInfo.InvariantCulture, $"1e{exponent}"), "end", 12);
        }

        foreach (int tick in AxisTicks.Linear(0, steps - 1, 9).Where(tick => tick == Math.Floor(tick)).Select(tick => (int)tick))
            Text(svg, X(tick, steps), Height - Bottom + 20, tick.ToString(CultureInfo.InvariantCulture), "middle", 12);
        Text(svg, Left + ((Width - Left - Right) / 2), Height - 14, "time steps back from the loss", "middle", 13);
    }

    private static void Text(StringBuilder svg, double x, double y, string text, string anchor, int size)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" font-size=\"{size}\" fill=\"{TextColor}\" ");
        svg.Append(CultureInfo.InvariantCulture, $"text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>\n");
    }
}
