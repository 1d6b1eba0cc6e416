using System.Globalization;

namespace AkkaLstm.Cli.Output;

/// <summary>Round numbers along an axis.</summary>
internal static class AxisTicks
{
    /// <summary>
    /// Multiples of 1, 2 or 5 times a power of ten within [low, high], about as many as wanted and at least two
    /// wherever low &lt; high.
    /// </summary>
    public static IReadOnlyList<double> Linear(double low, double high, int wantedCount)
    {
        if (!(high > low))
            return [low];
        double step = Step((high - low) / Math.Max(1, wantedCount - 1));
        List<double> ticks = Multiples(low, high, step);
        while (ticks.Count < 2)
        {
            step = Step(step / 2.5);
            ticks = Multiples(low, high, step);
        }

        return ticks;
    }

    /// <summary>Writes ticks with as many decimals as tell them apart.</summary>
    public static IReadOnlyList<string> Format(IReadOnlyList<double> ticks)
    {
        const int mostDecimals = 15;
        double largest = ticks.Max(Math.Abs);
        if (largest >= 1e7 || (largest > 0 && largest < 1e-4))
        {
            string[] texts = [.. ticks.Select(t => t.ToString("0.##e0", CultureInfo.InvariantCulture))];

            // Numbers that are large beside their differences need all their digits.
            if (texts.Distinct(StringComparer.Ordinal).Count() == ticks.Count)
                return texts;
        }

        int decimals = 0;
        if (ticks.Count > 1)
        {
            double gap = Enumerable.Range(1, ticks.Count - 1).Min(i => Math.Abs(ticks[i] - ticks[i - 1]));
            decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(gap) - 1e-9), 0, mostDecimals);
        }

        string format = "F" + decimals.ToString(CultureInfo.InvariantCulture);
        return [.. ticks.Select(t => (t == 0 ? 0 : t).ToString(format, CultureInfo.InvariantCulture))];
    }

    private static double Step(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double fraction = rough / power;
        return power * (fraction < 1.5 ? 1 : fraction < 3.5 ? 2 : fraction < 7.5 ? 5 : 10);
    }

    private static List<double> Multiples(double low, double high, double step)
    {
        // Computed as index * step, so that rounding does not accumulate; the slack keeps the ends in.
        const double slack = 1e-9;
        List<double> ticks = [];
        for (double index = Math.Ceiling((low / step) - slack); index <= (high / step) + slack; index++)
            ticks.Add(index * step);
        return ticks;
    }
}
