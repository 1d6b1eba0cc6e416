using AkkaLstm.Models.Tests.Support;

namespace AkkaLstm.Models.Tests;

public class ModelSpecTests
{
    [Theory]
    [InlineData("tokens-ce-2")]
    [InlineData("values-mse-1")]
    [InlineData("tokens-dropout-everywhere")]
    public void Validate_GoodSpec_ReturnsIt(string name)
    {
        ModelSpec spec = TestModels.Named(name);
        Assert.Same(spec, spec.Validate());
    }

    public static TheoryData<ModelSpec, string> BadSpecs => new()
    {
        { TestModels.Tokens() with { HiddenSize = 0 }, "HiddenSize" },
        { TestModels.Tokens() with { LayerCount = -1 }, "LayerCount" },
        { TestModels.Tokens() with { EmbeddingSize = 0 }, "EmbeddingSize" },
        { TestModels.Values() with { EmbeddingSize = 8 }, "EmbeddingSize" },
        { TestModels.Values() with { OutputSize = 0 }, "OutputSize" },
        { TestModels.Values() with { InputSize = 0 }, "InputSize" },
        { TestModels.Values() with { Dropout = 1f }, "Dropout" },
        { TestModels.Values() with { Dropout = float.NaN }, "Dropout" },
        { TestModels.Values() with { Loss = (LossKind)9 }, "Loss" },
        { TestModels.Values() with { Loss = LossKind.Quantile }, "Quantiles" },
        { TestModels.Values() with { Quantiles = [0.5f] }, "Quantiles" },
        { TestModels.Values() with { Loss = LossKind.Quantile, Quantiles = [1f] }, "Quantiles" },
        { TestModels.Values() with { Loss = LossKind.Quantile, Quantiles = [0.1f, 0.5f, 0.9f] }, "Quantiles" },
        { TestModels.Values() with { ProjectionSize = 3 }, "ProjectionSize" },
        { TestModels.Values() with { Cell = CellKind.LstmProjected, ProjectionSize = 6 }, "ProjectionSize" },
        { TestModels.Values() with { ModuleCount = 2 }, "ModuleCount" },
        { TestModels.Values() with { Cell = CellKind.Clockwork }, "ModuleCount" },
        { TestModels.Values() with { Cell = CellKind.Clockwork, ModuleCount = 7 }, "ModuleCount" },
        { TestModels.Values() with { WeightDrop = 1 }, "WeightDrop" },
        { TestModels.Values() with { Head = HeadKind.Tied }, "Head" },
        { TestModels.Tokens() with { Head = HeadKind.Tied }, "EmbeddingSize" },
        { TestModels.Values() with { ReadsWholeSequences = true }, "ReadsWholeSequences" },
        { TestModels.Tokens(embedding: 6) with { Head = HeadKind.Tied, Attention = AttentionKind.Additive }, "Attention" },
        { TestModels.Values() with { EmbeddingDropout = 0.1f }, "EmbeddingDropout" },
        { TestModels.Values() with { Zoneout = -0.1f }, "Zoneout" },
        { TestModels.Values() with { Zoneout = 0.1f, Cell = CellKind.LstmLayernorm }, "Zoneout" },
        { TestModels.Values() with { ZoneoutState = 0.1f, Cell = CellKind.Gru }, "ZoneoutState" },
        { TestModels.OfCell(TestModels.Values(), CellKind.LstmProjected) with { Zoneout = 0.1f }, "Zoneout" },
        { TestModels.Values() with { ActivationPenalty = float.NaN }, "ActivationPenalty" },
        { TestModels.Values() with { ChangePenalty = -1 }, "ChangePenalty" },
        { TestModels.Values() with { DropoutKind = (DropoutKind)7 }, "DropoutKind" },
        { TestModels.Values() with { Direction = (LayerDirection)5 }, "Direction" },
        { TestModels.Values() with { DropoutSites = (DropoutSites)64 }, "DropoutSites" },
    };

    [Theory]
    [MemberData(nameof(BadSpecs))]
    public void Validate_BadMember_NamesItAndTheRemedy(ModelSpec spec, string member)
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => spec.Validate());
        Assert.StartsWith(member, e.Message, StringComparison.Ordinal);
        Assert.Contains(": ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CarryLength_ThreeLayers_IsTwoStatesALayer() =>
        Assert.Equal(3 * 2 * 6, TestModels.Tokens(hidden: 6, layers: 3).CarryLength);

    [Fact]
    public void DropsInputOf_BetweenLayers_IsNeitherInputNorHead()
    {
        ModelSpec spec = TestModels.Tokens(layers: 3) with { Dropout = 0.5f };
        Assert.Equal([false, true, true, false], Enumerable.Range(0, 4).Select(spec.DropsInputOf));
    }
}
