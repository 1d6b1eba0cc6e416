using System.Globalization;
using AkkaLstm.Numerics;

namespace AkkaLstm.Cli.Parsing;

/// <summary>Reads the speed of a network as people write it: 10Gbps, 1.25GB/s, 100us.</summary>
internal static class LinkValues
{
    private const double BitsPerByte = 8;

    private static readonly (string Unit, double BytesPerSecond)[] Rates =
    [
        ("kbps", 1e3 / BitsPerByte), ("Mbps", 1e6 / BitsPerByte), ("Gbps", 1e9 / BitsPerByte),
        ("kB/s", 1e3), ("MB/s", 1e6), ("GB/s", 1e9),
    ];

    // Longer units first: 100us ends with an s too.
    private static readonly (string Unit, double Seconds)[] Times = [("us", 1e-6), ("ms", 1e-3), ("s", 1)];

    /// <summary>Bytes per second.</summary>
    /// <exception cref="BadInputException">It is no rate.</exception>
    public static double BytesPerSecond(string option, string text) =>
        Read(text, Rates) is > 0 and var rate
            ? rate
            : throw new BadInputException(
                $"{option}: '{text}' is not a bandwidth; use bits (100Mbps, 10Gbps) or bytes (1.25GB/s), or local");

    /// <summary>Seconds, zero or more.</summary>
    /// <exception cref="BadInputException">It is no time.</exception>
    public static double Seconds(string option, string text) =>
        Read(text, Times) is >= 0 and var time
            ? time
            : throw new BadInputException($"{option}: '{text}' is not a time; use 100us, 0.5ms or 0s");

    private static double? Read(string text, (string Unit, double Factor)[] units)
    {
        foreach ((string unit, double factor) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                const NumberStyles style = NumberStyles.AllowDecimalPoint;
                bool isNumber = double.TryParse(
                    text.AsSpan(0, text.Length - unit.Length), style, CultureInfo.InvariantCulture, out double number);
                return isNumber && double.IsFinite(number) ? number * factor : null;
            }
        }

        return null;
    }
}
