using System.Globalization;

namespace AkkaLstm.Cli.Output;

/// <summary>Writes a column's values with the digits that say something about the column.</summary>
internal static class ColumnNumber
{
    /// <summary>Significant digits that a value has at least: as many as single precision holds.</summary>
    private const int LeastDigits = 7;

    /// <summary>Significant digits that any double holds; with more wanted, the shortest text is taken that reads back equal.</summary>
    private const int MostDigits = 15;

    /// <summary>
    /// Seven significant digits, and more where it takes more to write all digits before the decimal point or a thousandth of
    /// the column's standard deviation: 1,000,000,003.125 of a column that varies by 5 is no 1E+09.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="deviation">Standard deviation of the column, above 0.</param>
    public static string Of(double value, double deviation)
    {
        double first = value == 0 ? 0 : Math.Floor(Math.Log10(Math.Abs(value))); // power of ten of the first digit
        double varying = first - Math.Floor(Math.Log10(deviation)) + 4;
        double whole = first < MostDigits ? first + 1 : 0;
        double digits = Math.Max(LeastDigits, Math.Max(varying, whole));
        string format = digits <= MostDigits ? string.Create(CultureInfo.InvariantCulture, $"G{digits}") : "R";
        return value.ToString(format, CultureInfo.InvariantCulture);
    }
}
