using System.Globalization;

namespace AkkaLstm.Data.Forecasting;

/// <summary>Dates in a column, and how they go on after its end.</summary>
internal static class DateSequence
{
    /// <summary>ISO 8601 forms, and the same with slashes; a bare year counts as a number.</summary>
    private static readonly string[] Formats =
    [
        "yyyy-MM", "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss",
        "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss'Z'",
        "yyyy/MM", "yyyy/MM/dd", "yyyy/MM/dd HH:mm", "yyyy/MM/dd HH:mm:ss",
    ];

    /// <summary>Whether a cell is a date in one of the known forms.</summary>
    internal static bool IsDate(string cell) => FormatOf(cell) is not null;

    /// <summary>The time that a cell names; null where it is no date in one of the known forms.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="format">The form that is tried first; afterwards the cell's, if it has one. Null at the start.</param>
    internal static DateTime? TimeOf(string cell, ref string? format)
    {
        if (format is not null && TryParse(cell, format, out DateTime date))
            return date;
        if (FormatOf(cell) is not { } other)
            return null;
        format = other;
        return TryParse(cell, other, out date) ? date : null;
    }

    /// <summary>
    /// The <paramref name="count"/> labels after the last one, in the same form, or null where the labels are
    /// not dates of one form at a regular step: a fixed number of calendar months, or a fixed time.
    /// </summary>
    internal static string[]? Continue(IReadOnlyList<string> labels, int count)
    {
        if (labels.Count < 2 || FormatOf(labels[^1]) is not { } format)
            return null;
        var dates = new DateTime[labels.Count];
        for (int i = 0; i < dates.Length; i++)
        {
            if (!TryParse(labels[i], format, out dates[i]))
                return null;
        }

        Func<int, DateTime>? step = StepInMonths(dates) ?? StepInTime(dates);
        try
        {
            return step is null ? null
                : [.. Enumerable.Range(1, count).Select(k => step(k).ToString(format, CultureInfo.InvariantCulture))];
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // past the year 9999
        }
    }

    private static Func<int, DateTime>? StepInMonths(DateTime[] dates)
    {
        // Counting from the first date keeps month ends: 31 January, 28 February, 31 March.
        DateTime first = dates[0];
        int months = Months(dates[1]) - Months(first);
        if (months <= 0)
            return null;
        for (int i = 1; i < dates.Length; i++)
        {
            if (Months(dates[i]) - Months(first) != (long)i * months || first.AddMonths(i * months) != dates[i])
                return null;
        }

        return k => first.AddMonths(months * (dates.Length - 1 + k));
    }

    private static Func<int, DateTime>? StepInTime(DateTime[] dates)
    {
        TimeSpan step = dates[1] - dates[0];
        if (step <= TimeSpan.Zero)
            return null;
        for (int i = 1; i < dates.Length; i++)
        {
            if (dates[i] - dates[i - 1] != step)
                return null;
        }

        return k => dates[^1] + (step * k);
    }

    private static int Months(DateTime date) => (date.Year * 12) + date.Month;

    private static string? FormatOf(string cell) => Array.Find(Formats, format => TryParse(cell, format, out _));

    private static bool TryParse(string cell, string format, out DateTime date) => DateTime.TryParseExact(
        cell,
        format,
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out date);
}
