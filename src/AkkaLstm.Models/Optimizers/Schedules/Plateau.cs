namespace AkkaLstm.Models.Optimizers.Schedules;

/// <summary>
/// Lowers the rate when the validation loss stops improving: what PyTorch calls ReduceLROnPlateau, with an absolute
/// threshold of 0.
/// </summary>
/// <param name="Factor">The rate is multiplied by this, in (0, 1).</param>
/// <param name="Patience">Epochs without improvement that are borne; the next one lowers the rate.</param>
/// <param name="Minimum">The rate does not go below this.</param>
public sealed record Plateau(double Factor, int Patience, double Minimum = 0)
{
    /// <summary>The state before the first validation.</summary>
    public static PlateauState Start(double learningRate) => new(learningRate, double.PositiveInfinity, 0);

    /// <summary>The state after one more validation; a loss that is not a number counts as no improvement.</summary>
    public PlateauState Next(PlateauState state, double validationLoss)
    {
        if (validationLoss < state.BestLoss)
            return state with { BestLoss = validationLoss, BadEpochs = 0 };
        if (state.BadEpochs < Patience)
            return state with { BadEpochs = state.BadEpochs + 1 };
        return state with { LearningRate = Math.Max(Minimum, state.LearningRate * Factor), BadEpochs = 0 };
    }
}

/// <summary>What the plateau schedule remembers; part of a checkpoint.</summary>
/// <param name="LearningRate">The present rate.</param>
/// <param name="BestLoss">The smallest validation loss so far.</param>
/// <param name="BadEpochs">Validations since then, or since the rate was lowered.</param>
public readonly record struct PlateauState(double LearningRate, double BestLoss, int BadEpochs);
