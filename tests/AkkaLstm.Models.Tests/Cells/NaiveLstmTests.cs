using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics.Simd;

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
        var window = new CellCase(CellKind.Lstm, timeSteps, lanes, inputSize, hiddenSize, seed: 7);
        LayerTensors tensors = window.Layout.Layer(0);
        double[] input = TestModels.ToDouble(window.Input);
        double[] inputWeights = TestModels.ToDouble(tensors.InputWeight.Of(window.Parameters));
        double[] hiddenWeights = TestModels.ToDouble(tensors.HiddenWeight.Of(window.Parameters));
        double[] bias = TestModels.ToDouble(tensors.InputBias.Of(window.Parameters));
        double[] carry = TestModels.ToDouble(window.Carry);
        double[] dOutput = TestModels.ToDouble(window.DOutput);

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

    /// <summary>The one twin whose derivatives are written by hand: it holds the kernels and, through them, the differentiated equations.</summary>
    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(5, 7, 9, 33)]
    public void Backward_AnyShape_AgreesWithTheKernels(int timeSteps, int lanes, int inputSize, int hiddenSize)
    {
        var window = new CellCase(CellKind.Lstm, timeSteps, lanes, inputSize, hiddenSize);
        LayerTensors tensors = window.Layout.Layer(0);
        double[] bias = [.. tensors.InputBias.Of(window.Parameters).ToArray().Zip(
            tensors.HiddenBias.Of(window.Parameters).ToArray(), (a, b) => (double)a + b)];
        var twin = new NaiveLstm(
            timeSteps, lanes, TestModels.ToDouble(window.Input), TestModels.ToDouble(tensors.InputWeight.Of(window.Parameters)),
            TestModels.ToDouble(tensors.HiddenWeight.Of(window.Parameters)), bias, TestModels.ToDouble(window.Carry));

        NaiveLstm.Gradients gradients = twin.Backward(TestModels.ToDouble(window.DOutput));

        CellResult result = window.Run(SimdPaths.Current);
        Closeness.AssertClose(twin.Outputs, result.Outputs, 2e-6, "outputs");
        Closeness.AssertClose(gradients.Input, result.DInput, 2e-6, "input gradient");
        Closeness.AssertClose(gradients.InputWeights, tensors.InputWeight.Of(result.DParameters), 2e-6, "weight_ih gradient");
        Closeness.AssertClose(gradients.HiddenWeights, tensors.HiddenWeight.Of(result.DParameters), 2e-6, "weight_hh gradient");
        Closeness.AssertClose(gradients.Bias, tensors.InputBias.Of(result.DParameters), 2e-6, "bias_ih gradient");
        Closeness.AssertClose(gradients.Bias, tensors.HiddenBias.Of(result.DParameters), 2e-6, "bias_hh gradient");
    }
}
