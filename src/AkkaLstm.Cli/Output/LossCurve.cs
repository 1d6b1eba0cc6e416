using System.Globalization;
using System.Text;

namespace AkkaLstm.Cli.Output;

/// <summary>A point of a curve.</summary>
/// <param name="X">Epoch, or part of one.</param>
/// <param name="Y">Loss.</param>
internal readonly record struct CurvePoint(double X, double Y);

/// <summary>
/// Draws the training loss as a line and the validation loss as crosses into a block of text, so that the shape
/// of a run can be seen without leaving the terminal and without colour.
/// </summary>
internal static class LossCurve
{
    private const char ValidationMark = '×';
    private const char BestMark = '◆';

    // Past this ratio of largest to smallest loss a linear axis would press the end of the curve against the
    // bottom.
    private const double LogScaleFrom = 12;

    /// <summary>Renders the curve.</summary>
    /// <param name="train">Training loss, by rising X; points that are not finite are left out.</param>
    /// <param name="valid">Validation loss, by rising X; may be empty.</param>
    /// <param name="quantity">What is drawn, for the heading: such as "loss (nats per token)".</param>
    /// <param name="width">Columns of the whole block.</param>
    /// <param name="height">Rows of the plot itself.</param>
    /// <returns>The lines; none where there are not two points to connect.</returns>
    public static IReadOnlyList<string> Render(
        IReadOnlyList<CurvePoint> train, IReadOnlyList<CurvePoint> valid, string quantity, int width,
        int height)
    {
        train = [.. train.Where(IsFinite)];
        valid = [.. valid.Where(IsFinite)];
        List<CurvePoint> all = [.. train, .. valid];
        if (train.Count < 2 && valid.Count < 2)
            return [];
        double lowest = all.Min(p => p.Y);
        double highest = all.Max(p => p.Y);
        bool isLog = lowest > 0 && highest / lowest > LogScaleFrom;
        var scale = new Scale(all.Min(p => p.X), all.Max(p => p.X), lowest, highest, isLog);

        (Dictionary<int, string> labels, int labelWidth) = RowLabels(scale, height);
        int columns = Math.Max(20, width - labelWidth - 3);
        var canvas = new BrailleCanvas(columns, height);
        for (int i = 1; i < train.Count; i++)
        {
            canvas.Line(
                scale.X(train[i - 1].X, canvas.DotWidth), scale.Y(train[i - 1].Y, canvas.DotHeight),
                scale.X(train[i].X, canvas.DotWidth), scale.Y(train[i].Y, canvas.DotHeight));
        }

        var marks = new Dictionary<(int Row, int Column), char>();
        foreach (CurvePoint point in valid)
            marks[(scale.Y(point.Y, height), scale.X(point.X, columns))] = ValidationMark;
        CurvePoint? best = valid.Count == 0 ? null : valid.MinBy(p => p.Y);
        if (best is { } b)
            marks[(scale.Y(b.Y, height), scale.X(b.X, columns))] = BestMark;

        List<string> lines = [Heading(quantity, isLog, train.Count >= 2, best)];
        for (int row = 0; row < height; row++)
        {
            var line = new StringBuilder();
            string label = labels.GetValueOrDefault(row, "");
            line.Append(label.PadLeft(labelWidth)).Append(label.Length > 0 ? " ┤" : " │");
            for (int column = 0; column < columns; column++)
                line.Append(marks.TryGetValue((row, column), out char mark) ? mark : canvas[row, column]);
            lines.Add(line.ToString().TrimEnd());
        }

        lines.AddRange(EpochAxis(scale, labelWidth, columns));
        return lines;
    }

    private static bool IsFinite(CurvePoint point) => double.IsFinite(point.X) && double.IsFinite(point.Y);

    private static string Heading(string quantity, bool isLog, bool hasTrain, CurvePoint? best)
    {
        var text = new StringBuilder(quantity);
        if (isLog)
            text.Append(", log scale");
        text.Append(':');
        if (hasTrain)
            text.Append(" ⠒⠒ train");
        if (best is { } b)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {ValidationMark} validation");
            text.Append(CultureInfo.InvariantCulture, $"  {BestMark} best, {b.Y:G4} at epoch {b.X:0.##}");
        }

        return text.ToString();
    }

    private static (Dictionary<int, string> Labels, int Width) RowLabels(Scale scale, int height)
    {
        const int rowsPerTick = 3;
        IReadOnlyList<double> ticks = scale.Ticks(Math.Max(2, height / rowsPerTick));
        IReadOnlyList<string> texts = AxisTicks.Format(ticks);
        var labels = new Dictionary<int, string>();
        for (int i = 0; i < ticks.Count; i++)
            labels.TryAdd(scale.Y(ticks[i], height), texts[i]);
        return (labels, texts.Max(t => t.Length));
    }

    private static IEnumerable<string> EpochAxis(Scale scale, int labelWidth, int columns)
    {
        const int columnsPerTick = 12;
        char[] axis = new string('─', columns).ToCharArray();
        char[] labels = new string(' ', columns + 8).ToCharArray();
        IReadOnlyList<double> ticks = AxisTicks.Linear(
            scale.LowX, scale.HighX, Math.Max(2, columns / columnsPerTick));
        int free = 0;
        foreach (double tick in ticks.Where(t => t == Math.Floor(t)))
        {
            string text = tick.ToString("0", CultureInfo.InvariantCulture);
            int column = scale.X(tick, columns);
            int start = Math.Max(0, column - (text.Length / 2));
            if (start < free)
                continue;
            axis[column] = '┬';
            text.CopyTo(0, labels, start, text.Length);
            free = start + text.Length + 1;
        }

        string margin = new(' ', labelWidth + 1);
        yield return $"{margin}└{new string(axis)}";
        yield return $"{margin} {new string(labels).TrimEnd()}  epoch";
    }

    /// <summary>Maps data to cells; Y grows downwards.</summary>
    private sealed record Scale(double LowX, double HighX, double LowY, double HighY, bool IsLog)
    {
        public int X(double x, int cells) => Cell(HighX > LowX ? (x - LowX) / (HighX - LowX) : 0.5, cells);

        public int Y(double y, int cells)
        {
            double low = Bend(LowY), high = Bend(HighY);
            return Cell(high > low ? (high - Bend(y)) / (high - low) : 0.5, cells);
        }

        public IReadOnlyList<double> Ticks(int wantedCount)
        {
            if (!IsLog)
                return AxisTicks.Linear(LowY, HighY, wantedCount);
            List<double> ticks = [];
            for (double power = Math.Floor(Math.Log10(LowY)); power <= Math.Log10(HighY); power++)
                ticks.AddRange(
                    new[] { 1.0, 2, 5 }.Select(m => m * Math.Pow(10, power)).Where(
                        t => t >= LowY && t <= HighY));
            return ticks.Count > 0 ? ticks : [LowY];
        }

        private static int Cell(double part, int cells) =>
            Math.Clamp((int)Math.Round(part * (cells - 1)), 0, cells - 1);

        private double Bend(double y) => IsLog ? Math.Log10(y) : y;
    }
}
