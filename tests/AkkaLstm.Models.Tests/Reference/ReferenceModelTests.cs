using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Reference;
using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Models.Tests.Reference;

public class ReferenceModelTests
{
    private const double Step = 1e-6;
    private const double AbsoluteTolerance = 1e-5;
    private const double RelativeTolerance = 1e-3;

    public static TheoryData<string, double, double> CellModels()
    {
        var models = new TheoryData<string, double, double>();
        foreach (string name in TestModels.CellNames.Concat(TestModels.RegularizedNames))
            models.Add(name, 0.25, 0.4);
        return models;
    }

    [Theory]
    [MemberData(nameof(CellModels))]
    [InlineData("tokens-ce-1", 0.25, 0.4)]
    [InlineData("tokens-ce-2", 0.25, 0.4)]
    [InlineData("tokens-ce-3", 0.0, 0.0)]
    [InlineData("tokens-ce-2", 0.7, 1.0)]
    [InlineData("values-mse-1", 0.25, 0.4)]
    [InlineData("values-mse-2", 0.0, 1.0)]
    [InlineData("values-mse-2", 0.25, 0.0)]
    [InlineData("values-ce-2", 0.25, 0.4)]
    [InlineData("tokens-mse-1", 0.25, 0.4)]
    [InlineData("values-quantile-2", 0.25, 0.4)]
    [InlineData("tokens-both-2", 0.25, 0.4)]
    [InlineData("values-both-projected", 0.25, 0.4)]
    [InlineData("tokens-dropout", 0.25, 0.4)]
    [InlineData("values-dropout-everywhere", 0.25, 0.4)]
    public void Gradient_EveryParameter_AgreesWithCentralDifferences(string name, double ignored, double resets)
    {
        ModelSpec spec = TestModels.Named(name);
        var layout = ParameterLayout.For(spec);
        var model = new ReferenceModel(spec);
        double[] parameters = TestModels.ToDouble(TestModels.RandomParameters(spec, seed: 3));
        SequenceBatch batch = TestModels.RandomBatch(spec, timeSteps: 5, lanes: 3, seed: 4, ignored: ignored, resets: resets);
        double[] carry = TestModels.ToDouble(TestModels.RandomFloats(3 * spec.CarryLength, seed: 5));
        var factors = new RandomFactors
        {
            Dropout = (layer, lane, t, i) => (layer + lane + t + i) % 3 == 0 ? 0 : 1.5,
            RecurrentWeights = spec.WeightDrop > 0 ? (layer, direction, row, column) => (layer + direction + row + column) % 3 == 0 ? 0 : 1.5 : null,
            EmbeddingRows = spec.EmbeddingDropout > 0 ? token => token % 3 == 0 ? 0 : 1.5 : null,
            Zoneout = (layer, direction, isState, lane, t, unit) => (layer + direction + (isState ? 1 : 0) + lane + t + unit) % 2,
        };
        double[] gradient = model.ForwardBackward(parameters, batch, carry, factors).Gradient;
        for (int i = 0; i < parameters.Length; i++)
        {
            double saved = parameters[i];
            parameters[i] = saved + Step;
            double above = Total(model.ForwardBackward(parameters, batch, carry, factors));
            parameters[i] = saved - Step;
            double below = Total(model.ForwardBackward(parameters, batch, carry, factors));
            parameters[i] = saved;
            double expected = (above - below) / (2 * Step);
            if (RecurrentCell.Of(spec.Cell).IsFixed && i < layout.ReadOutStart)
                expected = 0;
            Assert.True(
                Math.Abs(gradient[i] - expected) <= AbsoluteTolerance + (RelativeTolerance * Math.Abs(expected)),
                $"{layout.TensorAt(i).Name}[{i - layout.TensorAt(i).Offset}]: {gradient[i]}, differences give {expected}");
        }

        Assert.Contains(gradient, value => Math.Abs(value) > 1e-2);
    }

    private static double Total(ReferenceResult result) => result.LossSum + result.Penalty;
}
