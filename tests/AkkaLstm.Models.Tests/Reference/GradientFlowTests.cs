using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Reference;
using AkkaLstm.Models.Tests.Support;

namespace AkkaLstm.Models.Tests.Reference;

public class GradientFlowTests
{
    private const int TimeSteps = 12;

    /// <summary>With all weights zero c stays 0, o is 1/2, and the carousel hands dL/dc on as it is.</summary>
    [Fact]
    public void Measure_CarouselWithoutWeights_IsConstant()
    {
        GradientFlow flow = Measure(CellKind.Lstm1997, _ => { });

        Assert.All(flow.State!, norm => Assert.Equal(0.5, norm, 1e-12));
        Assert.Equal(1, flow.Output[0], 1e-12);
        Assert.All(flow.Output.Skip(1), norm => Assert.Equal(0, norm));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(3f)]
    [InlineData(-2f)]
    public void Measure_OnlyAForgetBias_FallsByItsSigmoidAtEveryStep(float bias)
    {
        GradientFlow flow = Measure(CellKind.Lstm, layer =>
        {
            for (int unit = 6; unit < 12; unit++)
                layer[unit] = bias;
        });

        double f = 1 / (1 + Math.Exp(-(double)bias));
        for (int distance = 0; distance < TimeSteps; distance++)
            Assert.Equal(0.5 * Math.Pow(f, distance), flow.State![distance], 1e-12);
    }

    [Fact]
    public void Measure_CellWithoutState_HasNone() => Assert.Null(Measure(CellKind.Gru, _ => { }).State);

    [Fact]
    public void Measure_BothDirections_Throws()
    {
        ModelSpec spec = TestModels.Values() with { Direction = LayerDirection.Both };
        Assert.Throws<ArgumentException>(
            () => GradientFlow.Measure(spec, TestModels.RandomParameters(spec, 1), TimeSteps, 2, seed: 1));
    }

    /// <summary>One layer of 6 units, all parameters zero but what is set in bias_ih.</summary>
    private static GradientFlow Measure(CellKind kind, Action<float[]> setBias)
    {
        ModelSpec spec = TestModels.Values(layers: 1) with { Cell = kind };
        var layout = ParameterLayout.For(spec);
        var parameters = new float[layout.TotalLength];
        TensorInfo tensor = layout.Layer(0).InputBias;
        var bias = new float[tensor.Length];
        setBias(bias);
        bias.CopyTo(parameters, tensor.Offset);
        return GradientFlow.Measure(spec, parameters, TimeSteps, lanes: 3, seed: 1);
    }
}
