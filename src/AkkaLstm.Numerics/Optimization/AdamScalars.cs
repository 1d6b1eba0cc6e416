using AkkaLstm.Numerics.Elementwise;

namespace AkkaLstm.Numerics.Optimization;

/// <summary>What one step of Adam or AdamW needs besides the buffers, computed in double once a step.</summary>
/// <remarks>
/// With bias corrections c1 = 1 - beta1^step and c2 = 1 - beta2^step: <see cref="StepSize"/> = learningRate / c1,
/// <see cref="RootCorrection"/> = 1 / sqrt(c2), <see cref="Decay"/> = 1 - learningRate * weightDecay. The powers are
/// <see cref="ScalarMath.Power"/>, the same on every machine.
/// </remarks>
public readonly record struct AdamScalars
{
    /// <summary>The scalars of one step.</summary>
    /// <param name="step">Number of the step, 1 for the first.</param>
    /// <param name="learningRate">Learning rate of the step.</param>
    /// <param name="beta1">Smoothing of the first moment, in [0, 1).</param>
    /// <param name="beta2">Smoothing of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the root, at least 0.</param>
    /// <param name="weightDecay">Decoupled weight decay of AdamW; 0 for Adam.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is not positive or a beta is outside [0, 1).</exception>
    public AdamScalars(long step, double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        ThrowIfNotInUnitInterval(beta1, nameof(beta1));
        ThrowIfNotInUnitInterval(beta2, nameof(beta2));
        Beta2 = (float)beta2;
        OneMinusBeta1 = (float)(1 - beta1);
        OneMinusBeta2 = (float)(1 - beta2);
        StepSize = (float)(learningRate / (1 - ScalarMath.Power(beta1, step)));
        RootCorrection = (float)(1 / Math.Sqrt(1 - ScalarMath.Power(beta2, step)));
        Epsilon = (float)epsilon;
        Decay = (float)(1 - (learningRate * weightDecay));
    }

    /// <summary>beta2.</summary>
    public float Beta2 { get; }

    /// <summary>1 - beta1.</summary>
    public float OneMinusBeta1 { get; }

    /// <summary>1 - beta2.</summary>
    public float OneMinusBeta2 { get; }

    /// <summary>learningRate / (1 - beta1^step).</summary>
    public float StepSize { get; }

    /// <summary>1 / sqrt(1 - beta2^step).</summary>
    public float RootCorrection { get; }

    /// <summary>epsilon.</summary>
    public float Epsilon { get; }

    /// <summary>1 - learningRate * weightDecay.</summary>
    public float Decay { get; }

    private static void ThrowIfNotInUnitInterval(double beta, string name)
    {
        if (!(beta >= 0 && beta < 1))
            throw new ArgumentOutOfRangeException(name, beta, "must be in [0, 1)");
    }
}
