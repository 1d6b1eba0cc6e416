using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace AkkaLstm.Models.Tests.Parameters;

public class InitializerTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.For(TestModels.Tokens(vocabulary: 500, embedding: 40, hidden: 64, layers: 2));

    [Fact]
    public void Fill_Default_IsPyTorchs()
    {
        float[] parameters = Fill(new InitOptions());
        float[] embedding = Values(parameters, Layout.Tensors[0]);
        Assert.Equal(0, embedding.Average(), 0.03);
        Assert.Equal(1, embedding.Average(value => value * value), 0.03);
        Assert.InRange(embedding.Max(), 3, 6);
        foreach (TensorInfo tensor in Layout.Tensors.Skip(1))
            AssertUniform(Values(parameters, tensor), 1 / Math.Sqrt(64));
    }

    [Fact]
    public void Fill_Uniform_FillsEveryTensor()
    {
        float[] parameters = Fill(new InitOptions { Kind = InitKind.Uniform, UniformScale = 0.25f });
        foreach (TensorInfo tensor in Layout.Tensors)
            AssertUniform(Values(parameters, tensor), 0.25);
    }

    [Fact]
    public void Fill_Orthogonal_MakesEachRecurrentGateOrthogonal()
    {
        float[] parameters = Fill(new InitOptions { Kind = InitKind.Orthogonal });
        for (int layer = 0; layer < 2; layer++)
        {
            LayerTensors tensors = Layout.Layer(layer);
            float[] weight = Values(parameters, tensors.HiddenWeight);
            for (int gate = 0; gate < 4; gate++)
            {
                for (int a = 0; a < 64; a++)
                {
                    for (int b = 0; b < 64; b++)
                        Assert.Equal(a == b ? 1 : 0, Dot(weight, (gate * 64) + a, (gate * 64) + b), 1e-5);
                }
            }

            Assert.All(Values(parameters, tensors.InputBias), value => Assert.Equal(0, value));
            AssertUniform(Values(parameters, tensors.InputWeight), Math.Sqrt(6.0 / (tensors.InputWeight.Shape[1] + 64)));
        }

        static double Dot(float[] weight, int a, int b)
        {
            double sum = 0;
            for (int k = 0; k < 64; k++)
                sum += (double)weight[(a * 64) + k] * weight[(b * 64) + k];
            return sum;
        }
    }

    [Theory]
    [InlineData(InitKind.Default, 0.9)]
    [InlineData(InitKind.Default, 1.25)]
    [InlineData(InitKind.Orthogonal, 0.8)]
    [InlineData(InitKind.Uniform, 0.5)]
    public void Fill_Reservoir_HasTheSpectralRadius(InitKind kind, double radius)
    {
        ModelSpec spec = TestModels.Tokens(hidden: 48, layers: 2) with { Cell = CellKind.Esn };
        var layout = ParameterLayout.For(spec);
        var parameters = new float[layout.TotalLength];
        Initializer.Fill(layout, new InitOptions { Kind = kind, SpectralRadius = radius }, seed: 4, parameters);
        for (int layer = 0; layer < 2; layer++)
        {
            double[] weights = TestModels.ToDouble(layout.Layer(layer).HiddenWeight.Of(parameters));
            var eigenvalues = Matrix<double>.Build.Dense(48, 48, weights).Evd().EigenValues;
            Assert.Equal(radius, eigenvalues.Max(value => value.Magnitude), 1e-5);
        }
    }

    [Theory]
    [InlineData(InitKind.Default)]
    [InlineData(InitKind.Uniform)]
    public void Fill_ForgetBias_MakesTheSumOfBothBiasesThatValueAndLeavesTheOthers(InitKind kind)
    {
        float[] without = Fill(new InitOptions { Kind = kind });
        float[] with = Fill(new InitOptions { Kind = kind, ForgetBias = 1.5f });
        for (int layer = 0; layer < 2; layer++)
        {
            float[] input = Values(with, Layout.Layer(layer).InputBias);
            float[] hidden = Values(with, Layout.Layer(layer).HiddenBias);
            for (int i = 64; i < 128; i++)
                Assert.Equal(1.5f, input[i] + hidden[i]);
        }

        Assert.Equal(2 * 2 * 64, with.Zip(without).Count(pair => pair.First != pair.Second));
    }

    [Theory]
    [InlineData(CellKind.Lstm, 4, 0)]
    [InlineData(CellKind.Lstm1997, 3, 0)]
    [InlineData(CellKind.LstmLayernorm, 4, 0)]
    [InlineData(CellKind.LstmNig, 3, null)]
    [InlineData(CellKind.Gru, 3, null)]
    public void Fill_InputBias_ChangesTheInputGatesBiasesOnly(CellKind kind, int gates, int? gate)
    {
        ModelSpec spec = TestModels.Values(hidden: 8) with { Cell = kind };
        var layout = ParameterLayout.For(spec);
        float[] without = new float[layout.TotalLength];
        float[] with = new float[layout.TotalLength];
        Initializer.Fill(layout, new InitOptions(), seed: 7, without);
        Initializer.Fill(layout, new InitOptions { InputBias = -3 }, seed: 7, with);
        TensorInfo bias = layout.Layer(1).InputBias;
        Assert.Equal(gates * 8, bias.Length);
        Assert.Equal(gate is null ? 0 : 2 * 2 * 8, with.Zip(without).Count(pair => pair.First != pair.Second));
        if (gate is { } index)
            Assert.All(with[(bias.Offset + (index * 8))..(bias.Offset + (index * 8) + 8)], value => Assert.Equal(-3f, value));
    }

    [Theory]
    [InlineData(InitKind.Default, "33d9447230c296fc")]
    [InlineData(InitKind.Uniform, "1bdbb6a3787432f9")]
    [InlineData(InitKind.Orthogonal, "12873a98c90b8e3a")]
    public void Fill_SameSeed_HasTheHashOfEveryMachine(InitKind kind, string hashStart) =>
        Assert.Equal(hashStart, Layout.Hash(Fill(new InitOptions { Kind = kind }))[..hashStart.Length]);

    [Fact]
    public void Fill_OtherSeed_Differs() => Assert.NotEqual(
        Layout.Hash(Fill(new InitOptions())), Layout.Hash(Fill(new InitOptions(), seed: 8)));

    [Fact]
    public void Fill_LargerVocabulary_LeavesTheOtherTensorsAsTheyAre()
    {
        var larger = ParameterLayout.For(Layout.Spec with { InputSize = 600 });
        float[] parameters = new float[larger.TotalLength];
        Initializer.Fill(larger, new InitOptions(), seed: 7, parameters);
        BitEquality.AssertSame(
            Values(Fill(new InitOptions()), Layout.Layer(1).HiddenWeight), Values(parameters, larger.Layer(1).HiddenWeight));
    }

    [Fact]
    public void Fill_BadScale_NamesItAndTheRemedy()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(
            () => Fill(new InitOptions { Kind = InitKind.Uniform, UniformScale = float.NaN }));
        Assert.Equal("UniformScale is NaN: give a number of at least 0.", e.Message);
    }

    private static float[] Fill(InitOptions options, ulong seed = 7)
    {
        float[] parameters = new float[Layout.TotalLength];
        Initializer.Fill(Layout, options, seed, parameters);
        return parameters;
    }

    private static float[] Values(float[] parameters, TensorInfo tensor) => tensor.Of(parameters).ToArray();

    private static void AssertUniform(float[] values, double bound)
    {
        Assert.InRange(values.Min(), -bound, -bound * 0.9);
        Assert.InRange(values.Max(), bound * 0.9, bound);
        Assert.Equal(bound * bound / 3, values.Average(value => (double)value * value), bound * bound * 0.1);
    }
}
