using AkkaLstm.Models;
using AkkaLstm.Numerics;

namespace AkkaLstm.Training.Plans;

/// <summary>The rules of a plan whose read-out is solved by ridge regression, <see cref="PlanOptions.Ridge"/>.</summary>
internal static class RidgeValidation
{
    /// <summary>Options that say how a gradient is made or used, of which there is none.</summary>
    private static readonly string[] OfTraining =
    [
        "dropout", "weightDrop", "embeddingDropout", "ar", "tar", "epochs", "steps", "optimizer", "lr", "schedule", "lrDecay", "lrDecayAfter",
        "warmupSteps", "weightDecay", "clip", "patience", "stopAtAccuracy",
    ];

    /// <summary>Checks what goes with it at all.</summary>
    public static void CheckGiven(PlanOptions options)
    {
        if (options.Cell != CellKind.Esn)
        {
            throw new BadInputException(
                "--ridge: solves the read-out of a fixed reservoir, which --cell "
                + $"{ChoiceNames.NameOf(options.Cell ?? CellKind.Lstm)} is not; leave it out or use --cell esn");
        }

        if (options.Quantiles is not null)
            throw new BadInputException("--ridge: is for squared errors, not for quantiles; leave --quantiles or --ridge out");
        if (options.Attention is not (null or AttentionKind.None))
            throw new BadInputException("--ridge: attention learns by gradient; leave --attention or --ridge out");
    }

    /// <summary>Checks the penalty, and that nothing is asked of training.</summary>
    /// <remarks>A resolved plan has the values of <see cref="PlanDefaults.Solved"/> or zeros, and is a plan again.</remarks>
    public static void CheckResolved(PlanOptions options)
    {
        if (options.Ridge is not > 0)
        {
            throw new BadInputException(FormattableString.Invariant(
                $"--ridge: {options.Ridge} is out of range; use a number above 0, for example 0.001"));
        }

        foreach (PlanOption option in PlanOptionTable.All.Where(option => OfTraining.Contains(option.Name, StringComparer.Ordinal)))
        {
            string? expected = option.TextOf(PlanDefaults.Solved);
            if (option.TextOf(options) is { } text && text != expected && (expected is not null || text != "0"))
            {
                throw new BadInputException(
                    $"{option.CommandLineName}: --ridge solves the read-out at once, there is nothing to train; leave it out");
            }
        }
    }
}
