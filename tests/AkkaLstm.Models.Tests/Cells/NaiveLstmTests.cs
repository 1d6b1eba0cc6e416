using AkkaLstm.Models.Cells;

namespace AkkaLstm.Models.Tests.Cells;

public sealed class NaiveLstmTests
{
    private const double Epsilon = 1e-6;
    private const double AbsoluteTolerance = 1e-5;
    private const double RelativeTolerance = 1e-3;

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(4, 3, 2, 5)]
    [InlineData(3, 2, 6, 3)]
    public void Backward_EveryParameter_AgreesWithCentralDifferences(int timeSteps, int lanes, int inputSize, int hiddenSize)
    {
        var window = new LstmCase(timeSteps, lanes, inputSize, hiddenSize, seed: 7);
        double[] input = LstmCase.ToDouble(window.Input);
        double[] inputWeights = LstmCase.ToDouble(window.InputWeights);
        double[] hiddenWeights = LstmCase.ToDouble(window.HiddenWeights);
        double[] bias = LstmCase.ToDouble(window.InputBias);
        double[] carry = LstmCase.ToDouble(window.Carry);
        double[] dOutput = LstmCase.ToDouble(window.DOutput);

        NaiveLstm.Gradients gradients = Run().Backward(dOutput);

        Check(input, gradients.Input, "input");
        Check(inputWeights, gradients.InputWeights, "weight_ih");
        Check(hiddenWeights, gradients.HiddenWeights, "weight_hh");
        Check(bias, gradients.Bias, "bias");

        NaiveLstm Run() => new(timeSteps, lanes, input, inputWeights, hiddenWeights, bias, carry);

        double Loss()
        {
            double loss = 0;
            ReadOnlySpan<double> outputs = Run().Outputs;
            for (int i = 0; i < dOutput.Length; i++)
                loss += outputs[i] * dOutput[i];
            return loss;
        }

        void Check(double[] values, double[] gradient, string what)
        {
            for (int i = 0; i < values.Length; i++)
            {
                double value = values[i];
                values[i] = value + Epsilon;
                double above = Loss();
                values[i] = value - Epsilon;
                double below = Loss();
                values[i] = value;
                double difference = (above - below) / (2 * Epsilon);
                Assert.True(
                    Math.Abs(difference - gradient[i]) <= AbsoluteTolerance + RelativeTolerance * Math.Abs(difference),
                    $"{what} [{i}]: {gradient[i]:R}, by differences {difference:R}");
            }
        }
    }
}
