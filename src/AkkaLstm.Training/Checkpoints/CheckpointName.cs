using System.Globalization;

namespace AkkaLstm.Training.Checkpoints;

/// <summary>
/// Names of checkpoints, <c>step-00000123</c>: the number of closed steps with at least eight digits. The same name is
/// the directory in a run's <c>checkpoints</c> and what actors call the checkpoint, so a name that comes over a network
/// is held against this exact form before it becomes a part of a path.
/// </summary>
internal static class CheckpointName
{
    /// <summary>What all names begin with.</summary>
    public const string Prefix = "step-";

    private const int MostDigits = 19;

    /// <summary>The name of the checkpoint after so many steps.</summary>
    public static string Of(long step) => Prefix + step.ToString("D8", CultureInfo.InvariantCulture);

    /// <summary>The steps that a name speaks of; null where it is not exactly the name of a checkpoint.</summary>
    public static long? StepOf(string name)
    {
        if (name.Length > Prefix.Length + MostDigits || !name.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        bool isNumber = long.TryParse(
            name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step);
        return isNumber && Of(step) == name ? step : null;
    }
}
