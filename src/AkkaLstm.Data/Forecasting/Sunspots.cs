using System.Text;

namespace AkkaLstm.Data.Forecasting;

/// <summary>
/// Monthly mean sunspot numbers, January 1749 to September 2013, 3,177 rows, columns <c>month</c> and
/// <c>sunspots</c>. Source: WDC-SILSO, Royal Observatory of Belgium, Brussels, in the version (before the
/// revision of 2015) that R 4.2 distributes as <c>datasets::sunspot.month</c>; printed from there unchanged.
/// A season, the solar cycle, takes about 11 years.
/// </summary>
internal static class Sunspots
{
    internal const string Name = "sunspots";

    /// <summary>Name as a <c>--data</c> value.</summary>
    internal const string Data = DataSets.BuiltinPrefix + Name;

    /// <summary>The CSV text and its bytes.</summary>
    internal static string Read(out byte[] bytes)
    {
        using Stream stream = typeof(Sunspots).Assembly.GetManifestResourceStream("sunspots.csv")!;
        bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
