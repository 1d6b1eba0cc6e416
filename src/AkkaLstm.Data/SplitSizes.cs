using AkkaLstm.Numerics;

namespace AkkaLstm.Data;

/// <summary>How many rows or tokens of one file, in order, belong to each split.</summary>
internal readonly record struct SplitSizes(int Train, int Valid, int Test)
{
    /// <summary>
    /// Cuts <paramref name="count"/> elements in order. The parts set aside are rounded to the nearest whole
    /// number; training gets the rest.
    /// </summary>
    /// <param name="count">Elements in the file.</param>
    /// <param name="options">Fractions; a split with a file of its own takes nothing from this one.</param>
    /// <param name="defaultFraction">Fraction of a split that was not given.</param>
    /// <exception cref="BadInputException">Fractions outside 0..1, or together over 1.</exception>
    internal static SplitSizes Of(int count, DataOptions options, double defaultFraction)
    {
        double valid = Fraction("--valid-fraction", options.ValidFraction, options.ValidPath, defaultFraction);
        double test = Fraction("--test-fraction", options.TestFraction, options.TestPath, defaultFraction);
        if (valid + test > 1)
        {
            throw new BadInputException(
                $"--valid-fraction {valid} and --test-fraction {test}: together they are more than 1; "
                + "make them smaller.");
        }

        int testCount = (int)Math.Round(count * test, MidpointRounding.AwayFromZero);
        int validCount = Math.Min(count - testCount, (int)Math.Round(count * valid, MidpointRounding.AwayFromZero));
        return new SplitSizes(count - validCount - testCount, validCount, testCount);
    }

    private static double Fraction(string option, double? given, string? path, double byDefault)
    {
        double fraction = path is null ? given ?? byDefault : 0;
        if (!(fraction >= 0 && fraction <= 1))
            throw new BadInputException($"{option} {fraction}: must lie between 0 and 1.");
        return fraction;
    }
}
