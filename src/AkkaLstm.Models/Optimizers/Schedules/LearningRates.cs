using AkkaLstm.Numerics.Elementwise;

namespace AkkaLstm.Models.Optimizers.Schedules;

/// <summary>
/// Learning rates as pure functions of where training is. They use multiplication and a cosine of the project's
/// own, so that every machine gets the same bits.
/// </summary>
public static class LearningRates
{
    /// <summary>
    /// Step decay, lr * decay^max(0, epoch - after), as in Zaremba et al. 2014: with epochs counted from 1, the
    /// rate is lr up to and including epoch <paramref name="after"/> and is multiplied by <paramref name="decay"/>
    /// in each one that follows.
    /// </summary>
    /// <param name="learningRate">The rate to start with.</param>
    /// <param name="decay">Factor for each epoch after.</param>
    /// <param name="after">Epochs at the full rate.</param>
    /// <param name="epoch">The running epoch, counted from 0.</param>
    public static double StepDecay(double learningRate, double decay, int after, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        return learningRate * ScalarMath.Power(decay, Math.Max(0, epoch + 1 - after));
    }

    /// <summary>
    /// Linear warm-up from 0, then half a cosine down: lr * (step + 1) / warmUp while step &lt; warmUp, then min +
    /// (lr - min) * (1 + cos(pi * progress)) / 2, where progress runs from 0 to 1 at the last step. Source:
    /// Loshchilov and Hutter 2017 (SGDR), without restarts.
    /// </summary>
    /// <param name="learningRate">The highest rate.</param>
    /// <param name="minimum">The rate at the end.</param>
    /// <param name="warmUpSteps">Steps of the warm-up; 0 for none.</param>
    /// <param name="totalSteps">Steps of the whole training; later ones get the minimum.</param>
    /// <param name="step">The running step, counted from 0.</param>
    public static double CosineWithWarmUp(double learningRate, double minimum, long warmUpSteps, long totalSteps, long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfNegative(warmUpSteps);
        if (step < warmUpSteps)
            return learningRate * (step + 1) / warmUpSteps;
        long coolDownSteps = Math.Max(1, totalSteps - 1 - warmUpSteps);
        double progress = Math.Min(1.0, (double)(step - warmUpSteps) / coolDownSteps);
        return minimum + ((learningRate - minimum) * 0.5 * (1 + ScalarMath.CosPi(progress)));
    }
}
