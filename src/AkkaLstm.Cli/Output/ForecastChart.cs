using System.Globalization;
using System.Net;
using System.Text;

namespace AkkaLstm.Cli.Output;

/// <summary>One panel of a forecast chart: what was known of a column and what is expected.</summary>
/// <param name="Name">Column, the label of the vertical axis.</param>
/// <param name="History">Known values, oldest first; not empty.</param>
/// <param name="Forecast">Expected values, the first one right after the last known; not empty.</param>
internal sealed record ForecastPanel(
    string Name, IReadOnlyList<double> History, IReadOnlyList<double> Forecast)
{
    /// <summary>Intervals around the forecast, the widest first; empty for none.</summary>
    public IReadOnlyList<ForecastBand> Bands { get; init; } = [];
}

/// <summary>An interval at every row of a forecast.</summary>
/// <param name="Name">Its quantiles, for the legend.</param>
/// <param name="Low">Lower ends.</param>
/// <param name="High">Upper ends, as many.</param>
internal sealed record ForecastBand(string Name, IReadOnlyList<double> Low, IReadOnlyList<double> High);

/// <summary>A chart of a forecast as a stand-alone SVG file, one panel for each target column.</summary>
internal sealed class ForecastChart
{
    private const double Width = 960;
    private const double PanelHeight = 300;
    private const double LeastLeft = 76;
    private const double Right = 24;
    private const double Top = 64;
    private const double PanelGap = 34;
    private const double Bottom = 58;
    private const string HistoryColor = "#1f4e79";
    private const string ForecastColor = "#d1495b";
    private const string GridColor = "#e3e7ec";
    private const string TextColor = "#3a4550";
    private const double BandLegendWidth = 122;

    // Of the widest band; each narrower one lies over those around it.
    private const double BandOpacity = 0.18;

    private readonly StringBuilder _svg = new();

    // Where the panels begin: the widest label of an axis and the column's name fit beside it.
    private readonly double _left;

    private ForecastChart(IEnumerable<Axis> axes)
    {
        const double besideLabel = 34;
        const double digitWidth = 6.7;
        _left = Math.Max(LeastLeft, axes.SelectMany(axis => axis.Labels).Max(label => besideLabel + (digitWidth * label.Length)));
    }

    /// <summary>Draws the chart.</summary>
    /// <param name="title">Heading.</param>
    /// <param name="positionName">Label of the horizontal axis.</param>
    /// <param name="positions">What stands below each position, history and forecast in a row.</param>
    /// <param name="panels">The panels; all cover the same positions.</param>
    /// <returns>The text of the SVG file.</returns>
    public static string Draw(
        string title, string positionName, IReadOnlyList<string> positions, IReadOnlyList<ForecastPanel> panels)
    {
        Axis[] axes = [.. panels.Select(Axis.Of)];
        var chart = new ForecastChart(axes);
        double height = Top + (panels.Count * PanelHeight) + ((panels.Count - 1) * PanelGap) + Bottom;
        chart.Open(title, height, panels[0].Bands);
        for (int i = 0; i < panels.Count; i++)
        {
            double top = Top + (i * (PanelHeight + PanelGap));
            chart.Panel(panels[i], axes[i], top, positions, drawsPositions: i == panels.Count - 1);
        }

        chart.Text(chart._left + ((Width - chart._left - Right) / 2), height - 14, positionName, "middle", 13);
        chart._svg.Append("</svg>\n");
        return chart._svg.ToString();
    }

    private void Open(string title, double height, IReadOnlyList<ForecastBand> bands)
    {
        _svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width:0} {height:0}" width="{Width:0}" height="{height:0}" role="img"
                 font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">
            <title>{WebUtility.HtmlEncode(title)}</title>
            <rect width="100%" height="100%" fill="#ffffff"/>

            """);
        Text(_left, 32, title, "start", 18, "600");
        Legend(bands);
    }

    private void Legend(IReadOnlyList<ForecastBand> bands)
    {
        // Beside the title, or below it where the legend is long.
        double x = Width - Right - 190 - (BandLegendWidth * bands.Count);
        double y = bands.Count > 1 ? 48 : 27;
        for (int i = 0; i < bands.Count; i++)
        {
            double at = x + 190 + (BandLegendWidth * i);
            _svg.Append(CultureInfo.InvariantCulture, $"""
                <rect x="{at:0.#}" y="{y - 7:0.#}" width="24" height="14" fill="{ForecastColor}" fill-opacity="{BandOpacity * (i + 1):0.##}"/>

                """);
            Text(at + 30, y + 4.5, bands[i].Name, "start", 13);
        }

        _svg.Append(CultureInfo.InvariantCulture, $"""
            <line x1="{x:0.#}" x2="{x + 24:0.#}" y1="{y:0.#}" y2="{y:0.#}" stroke="{HistoryColor}" stroke-width="2"/>
            <line x1="{x + 98:0.#}" x2="{x + 122:0.#}" y1="{y:0.#}" y2="{y:0.#}" stroke="{ForecastColor}" stroke-width="2.5"/>

            """);
        Text(x + 30, y + 4.5, "history", "start", 13);
        Text(x + 128, y + 4.5, "forecast", "start", 13);
    }

    private void Panel(
        ForecastPanel panel, Axis axis, double top, IReadOnlyList<string> positions, bool drawsPositions)
    {
        int last = panel.History.Count + panel.Forecast.Count - 1;
        double bottom = top + PanelHeight;
        double X(double position) => _left + (position / Math.Max(1, last) * (Width - _left - Right));
        double Y(double value) => bottom - ((value - axis.Low) / (axis.High - axis.Low) * PanelHeight);

        for (int i = 0; i < axis.Ticks.Count; i++)
        {
            HorizontalLine(Y(axis.Ticks[i]));
            Text(_left - 8, Y(axis.Ticks[i]) + 4, axis.Labels[i], "end", 12);
        }

        double now = X(panel.History.Count - 1);
        _svg.Append(CultureInfo.InvariantCulture, $"""
            <rect x="{now:0.##}" y="{top:0.##}" width="{Width - Right - now:0.##}" height="{PanelHeight:0.##}" fill="{ForecastColor}" fill-opacity="0.06"/>
            <line x1="{now:0.##}" x2="{now:0.##}" y1="{top:0.##}" y2="{bottom:0.##}" stroke="{ForecastColor}" stroke-opacity="0.5" stroke-dasharray="4 4"/>

            """);
        Positions(positions, bottom, X, drawsPositions);
        foreach (ForecastBand band in panel.Bands)
            Band(band, panel.History[^1], position => X(panel.History.Count - 1 + position), Y);
        Line(HistoryColor, 1.6, panel.History.Select((v, i) => (X(i), Y(v))));

        // The forecast starts at the last known value, so that the two lines are seen to be one series.
        IEnumerable<double> continued = panel.Forecast.Prepend(panel.History[^1]);
        Line(ForecastColor, 2.2, continued.Select((v, i) => (X(panel.History.Count - 1 + i), Y(v))));
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<g transform=\"translate(20 {top + (PanelHeight / 2):0.#}) rotate(-90)\">");
        Text(0, 0, panel.Name, "middle", 13);
        _svg.Append("</g>\n");
    }

    private void Positions(
        IReadOnlyList<string> positions, double bottom, Func<double, double> x, bool isLabelled)
    {
        const double nearestToEdge = 30;
        foreach (int index in LabelledPositions(positions))
        {
            double at = x(index);
            _svg.Append(
                CultureInfo.InvariantCulture, $"<line x1=\"{at:0.##}\" x2=\"{at:0.##}\" y1=\"{bottom:0.##}\" ");
            _svg.Append(CultureInfo.InvariantCulture, $"y2=\"{bottom + 5:0.##}\" stroke=\"{TextColor}\"/>\n");
            if (isLabelled)
            {
                bool atRightEdge = at > Width - Right - nearestToEdge;
                Text(
                    atRightEdge ? Width - Right : at, bottom + 20, positions[index],
                    atRightEdge ? "end" : "middle", 12);
            }
        }

        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<line x1=\"{_left:0.##}\" x2=\"{Width - Right:0.##}\" y1=\"{bottom:0.##}\" ");
        _svg.Append(CultureInfo.InvariantCulture, $"y2=\"{bottom:0.##}\" stroke=\"{TextColor}\"/>\n");
    }

    /// <summary>
    /// Indices of the positions that get a label: whole years where the rows are months, else round distances.
    /// </summary>
    internal static IEnumerable<int> LabelledPositions(IReadOnlyList<string> positions)
    {
        const int wantedCount = 9;
        const int monthsPerYear = 12;
        int january = positions.ToList().FindIndex(IsJanuary);
        bool isMonthly = january >= 0 && january < monthsPerYear && positions.Count > 2 * monthsPerYear
            && Enumerable.Range(0, positions.Count).All(
                i => IsJanuary(positions[i]) == (i % monthsPerYear == january));
        if (!isMonthly)
            return AxisTicks.Linear(0, positions.Count - 1, wantedCount).Where(t => t == Math.Floor(t)).Select(
                t => (int)t);
        return AxisTicks.Linear(0, (positions.Count - 1 - january) / (double)monthsPerYear, wantedCount)
            .Where(t => t == Math.Floor(t)).Select(year => january + ((int)year * monthsPerYear));
    }

    private static bool IsJanuary(string date) =>
        date.Length >= 7 && date.AsSpan(4).StartsWith("-01", StringComparison.Ordinal);

    private void HorizontalLine(double y)
    {
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<line x1=\"{_left:0.##}\" x2=\"{Width - Right:0.##}\" y1=\"{y:0.##}\" ");
        _svg.Append(CultureInfo.InvariantCulture, $"y2=\"{y:0.##}\" stroke=\"{GridColor}\"/>\n");
    }

    /// <summary>A filled interval that opens from the last known value.</summary>
    private void Band(ForecastBand band, double last, Func<double, double> x, Func<double, double> y)
    {
        IEnumerable<(double X, double Y)> low = band.Low.Prepend(last).Select((v, i) => (x(i), y(v)));
        IEnumerable<(double X, double Y)> high = band.High.Prepend(last).Select((v, i) => (x(i), y(v)));
        _svg.Append(
            CultureInfo.InvariantCulture, $"<polygon fill=\"{ForecastColor}\" fill-opacity=\"{BandOpacity}\" points=\"");
        AppendPoints(low.Concat(high.Reverse()));
        _svg.Append("\"/>\n");
    }

    private void AppendPoints(IEnumerable<(double X, double Y)> points) => _svg.AppendJoin(
        ' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:0.##},{p.Y:0.##}")));

    private void Line(string color, double width, IEnumerable<(double X, double Y)> points)
    {
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"{width:0.#}\" ");
        _svg.Append("stroke-linejoin=\"round\" stroke-linecap=\"round\" points=\"");
        AppendPoints(points);
        _svg.Append("\"/>\n");
    }

    private void Text(double x, double y, string text, string anchor, double size, string weight = "400")
    {
        _svg.Append(
            CultureInfo.InvariantCulture, $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\" ");
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"font-size=\"{size:0.#}\" font-weight=\"{weight}\" fill=\"{TextColor}\">");
        _svg.Append(WebUtility.HtmlEncode(text)).Append("</text>\n");
    }

    /// <summary>A panel's vertical axis.</summary>
    private sealed record Axis(double Low, double High, IReadOnlyList<double> Ticks, IReadOnlyList<string> Labels)
    {
        public static Axis Of(ForecastPanel panel)
        {
            (double low, double high) = Range(
                [.. panel.History, .. panel.Forecast, .. panel.Bands.SelectMany(band => band.Low.Concat(band.High))]);
            IReadOnlyList<double> ticks = AxisTicks.Linear(low, high, 6);
            return new Axis(low, high, ticks, AxisTicks.Format(ticks));
        }

        private static (double Low, double High) Range(List<double> values)
        {
            double low = values.Min(), high = values.Max();

            // What differs by rounding alone is a straight line; ticks as near to each other as that are no numbers.
            bool varies = high - low > 1e-12 * Math.Max(Math.Abs(low), Math.Abs(high));
            double margin = varies ? 0.05 * (high - low) : Math.Max(1, Math.Abs(high) * 0.05);

            // Series that never go below zero (counts, loads) get an axis that does not either.
            return (low >= 0 ? Math.Max(0, low - margin) : low - margin, high + margin);
        }
    }
}
