namespace AkkaLstm.Numerics.Elementwise;

/// <summary>
/// The readable double-precision twins of the elementwise kernels: what the fast ones are tested against. They use the platform's
/// mathematics and so never take part in training.
/// </summary>
public static class ElementwiseReference
{
    /// <summary>e^x.</summary>
    public static double Exp(double x) => Math.Exp(x);

    /// <summary>1 / (1 + e^-x), without loss of accuracy on either side.</summary>
    public static double Sigmoid(double x) => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x));

    /// <summary>tanh x.</summary>
    public static double Tanh(double x) => Math.Tanh(x);

    /// <summary>ln x.</summary>
    public static double Log(double x) => Math.Log(x);

    /// <summary>The sum of the squares, from the first to the last.</summary>
    public static double SumOfSquares(ReadOnlySpan<float> x)
    {
        double sum = 0;
        foreach (float value in x)
            sum += (double)value * value;
        return sum;
    }
}
