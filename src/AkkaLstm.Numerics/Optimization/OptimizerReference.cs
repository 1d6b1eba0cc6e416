namespace AkkaLstm.Numerics.Optimization;

/// <summary>
/// The optimizers of <see cref="OptimizerKernels"/> for one parameter in double precision, written as in PyTorch's documentation: what
/// the fast kernels are tested against.
/// </summary>
public static class OptimizerReference
{
    /// <summary>The next parameter of plain gradient descent.</summary>
    public static double Sgd(double p, double g, double learningRate) => p - (learningRate * g);

    /// <summary>The next parameter of gradient descent with momentum.</summary>
    public static double Momentum(double p, double g, ref double velocity, double learningRate, double momentum)
    {
        velocity = (momentum * velocity) + g;
        return p - (learningRate * velocity);
    }

    /// <summary>The next parameter of RMSProp.</summary>
    public static double RmsProp(
        double p, double g, ref double meanSquare, double learningRate, double smoothing, double epsilon)
    {
        meanSquare = (smoothing * meanSquare) + ((1 - smoothing) * g * g);
        return p - (learningRate * g / (Math.Sqrt(meanSquare) + epsilon));
    }

    /// <summary>The next parameter of AdamW; of Adam with weight decay 0.</summary>
    public static double Adam(
        double p,
        double g,
        ref double firstMoment,
        ref double secondMoment,
        long step,
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay)
    {
        p -= learningRate * weightDecay * p;
        firstMoment = (beta1 * firstMoment) + ((1 - beta1) * g);
        secondMoment = (beta2 * secondMoment) + ((1 - beta2) * g * g);
        double unbiasedFirst = firstMoment / (1 - Math.Pow(beta1, step));
        double unbiasedSecond = secondMoment / (1 - Math.Pow(beta2, step));
        return p - (learningRate * unbiasedFirst / (Math.Sqrt(unbiasedSecond) + epsilon));
    }
}
