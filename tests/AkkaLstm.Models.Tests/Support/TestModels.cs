using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Models.Tests.Support;

/// <summary>Small models, random parameters and random windows; everything is a function of the seed.</summary>
internal static class TestModels
{
    internal static ModelSpec Tokens(int vocabulary = 11, int embedding = 5, int hidden = 6, int layers = 2) => new()
    {
        Input = InputKind.Tokens,
        InputSize = vocabulary,
        EmbeddingSize = embedding,
        HiddenSize = hidden,
        LayerCount = layers,
        OutputSize = vocabulary,
        Loss = LossKind.CrossEntropy,
    };

    internal static ModelSpec Values(int inputs = 3, int hidden = 6, int layers = 2, int outputs = 2) => new()
    {
        Input = InputKind.Values,
        InputSize = inputs,
        HiddenSize = hidden,
        LayerCount = layers,
        OutputSize = outputs,
        Loss = LossKind.SquaredError,
    };

    /// <summary>The models of every kind of test, and one of two layers for each cell.</summary>
    internal static IEnumerable<string> CellNames => Enum.GetNames<CellKind>().Select(kind => "cell-" + kind);

    /// <summary>Models that drop, keep or penalise something in training beside plain dropout; zoneout-X is of cell X.</summary>
    internal static IEnumerable<string> RegularizedNames =>
    [
        "tokens-locked", "tokens-weight-drop", "values-both-weight-drop", "tokens-embedding-dropout", "tokens-penalties",
        "values-penalties", "values-both-zoneout", "tokens-all-regularized", "tokens-tied", "tokens-both-tied", "values-both-whole", "tokens-both-whole", "depth-both-whole",
        .. AttentionNames,
        .. Enum.GetValues<CellKind>().Where(kind => RecurrentCell.Of(kind).CanZoneOut && kind != CellKind.LstmProjected)
            .Select(kind => "zoneout-" + kind),
    ];

    /// <summary>Models with attention before the head.</summary>
    internal static IEnumerable<string> AttentionNames =>
    [
        "tokens-attention", "values-attention", "tokens-both-attention", "tokens-both-whole-attention",
        "tokens-attention-regularized", "values-attention-esn", "values-attention-projected",
    ];

    /// <summary>The model with nothing in it that differs between training and evaluation.</summary>
    internal static ModelSpec Plain(ModelSpec spec) =>
        spec with { Dropout = 0, WeightDrop = 0, EmbeddingDropout = 0, Zoneout = 0, ZoneoutState = 0 };

    /// <summary>Every combination of input and loss, with one and two layers; cell-X is X with all of dropout.</summary>
    internal static ModelSpec Named(string name) => name switch
    {
        "tokens-ce-1" => Tokens(layers: 1),
        "tokens-ce-2" => Tokens(layers: 2),
        "tokens-ce-3" => Tokens(layers: 3),
        "tokens-ce-wide" => Tokens(vocabulary: 230, layers: 1),
        "values-mse-1" => Values(layers: 1),
        "values-mse-2" => Values(layers: 2),
        "values-ce-2" => Values(layers: 2) with { Loss = LossKind.CrossEntropy, OutputSize = 4 },
        "values-quantile-2" =>
            Values(layers: 2) with { Loss = LossKind.Quantile, OutputSize = 6, Quantiles = [0.1f, 0.5f, 0.9f] },
        "tokens-mse-1" => Tokens(layers: 1) with { Loss = LossKind.SquaredError, OutputSize = 3 },
        "tokens-both-2" => Tokens(layers: 2) with { Direction = LayerDirection.Both },
        "values-both-1" => Values(layers: 1) with { Direction = LayerDirection.Both },
        "tokens-both-dropout" =>
            Tokens(layers: 2) with { Direction = LayerDirection.Both, Dropout = 0.3f, DropoutSites = DropoutSites.AllNonRecurrent },
        "values-both-projected" => OfCell(Values(layers: 2), CellKind.LstmProjected) with { Direction = LayerDirection.Both },
        "values-both-gru-original" => Values(layers: 2) with { Cell = CellKind.GruOriginal, Direction = LayerDirection.Both },
        "tokens-dropout" => Tokens(layers: 3) with { Dropout = 0.4f },
        "values-dropout-everywhere" => Values(layers: 2) with { Dropout = 0.5f, DropoutSites = DropoutSites.AllNonRecurrent },
        "tokens-dropout-everywhere" => Tokens(layers: 2) with { Dropout = 0.3f, DropoutSites = DropoutSites.AllNonRecurrent },
        "tokens-locked" => Tokens(layers: 2) with
        {
            Dropout = 0.3f, DropoutSites = DropoutSites.AllNonRecurrent, DropoutKind = DropoutKind.Locked,
        },
        "tokens-weight-drop" => Tokens(layers: 2) with { WeightDrop = 0.4f },
        "values-both-weight-drop" =>
            Values(layers: 2) with { Cell = CellKind.GruOriginal, Direction = LayerDirection.Both, WeightDrop = 0.4f },
        "tokens-embedding-dropout" => Tokens(layers: 1) with { EmbeddingDropout = 0.4f },
        "tokens-penalties" => Tokens(layers: 2) with
        {
            ActivationPenalty = 2, ChangePenalty = 1, Dropout = 0.3f, DropoutSites = DropoutSites.Output,
        },
        "values-penalties" => Values(layers: 1) with { ActivationPenalty = 0.5f, ChangePenalty = 2 },
        "values-both-zoneout" =>
            Values(layers: 2) with { Direction = LayerDirection.Both, Zoneout = 0.2f, ZoneoutState = 0.5f },
        "tokens-all-regularized" => Tokens(layers: 2) with
        {
            Dropout = 0.3f, DropoutSites = DropoutSites.AllNonRecurrent, DropoutKind = DropoutKind.Locked,
            WeightDrop = 0.3f, EmbeddingDropout = 0.2f, Zoneout = 0.1f, ZoneoutState = 0.4f, ActivationPenalty = 2,
            ChangePenalty = 1,
        },
        "tokens-tied" => Tokens(embedding: 6, layers: 2) with { Head = HeadKind.Tied, EmbeddingDropout = 0.3f },
        "tokens-both-tied" => Tokens(embedding: 12, layers: 1) with { Head = HeadKind.Tied, Direction = LayerDirection.Both },
        "values-both-whole" => Values(layers: 2) with { Direction = LayerDirection.Both, ReadsWholeSequences = true },
        "tokens-both-whole" => Tokens(layers: 3) with
        {
            Direction = LayerDirection.Both, ReadsWholeSequences = true, Dropout = 0.3f,
            DropoutSites = DropoutSites.AllNonRecurrent, Zoneout = 0.2f, ZoneoutState = 0.3f,
        },
        "depth-both-whole" => OfCell(Tokens(layers: 2), CellKind.GridLstm) with
        {
            Direction = LayerDirection.Both, ReadsWholeSequences = true,
        },
        "tokens-attention" => Tokens(layers: 2) with { Attention = AttentionKind.Additive },
        "values-attention" => Values(layers: 1, hidden: 19) with { Attention = AttentionKind.Additive },
        "tokens-both-attention" => Tokens(layers: 1) with { Attention = AttentionKind.Additive, Direction = LayerDirection.Both },
        "tokens-both-whole-attention" => Tokens(layers: 2) with
        {
            Attention = AttentionKind.Additive, Direction = LayerDirection.Both, ReadsWholeSequences = true,
        },
        "tokens-attention-regularized" => Tokens(layers: 2) with
        {
            Attention = AttentionKind.Additive, Dropout = 0.3f, DropoutSites = DropoutSites.AllNonRecurrent,
            ActivationPenalty = 2, ChangePenalty = 1,
        },
        "values-attention-esn" => OfCell(Values(layers: 1), CellKind.Esn) with { Attention = AttentionKind.Additive },
        "values-attention-projected" => OfCell(Values(layers: 2), CellKind.LstmProjected) with { Attention = AttentionKind.Additive },
        _ when name.StartsWith("zoneout-", StringComparison.Ordinal) => Zoneout(Enum.Parse<CellKind>(name[8..])),
        _ when name.StartsWith("cell-", StringComparison.Ordinal) =>
            OfCell(Tokens(layers: 2), Enum.Parse<CellKind>(name[5..])) with { Dropout = 0.3f, DropoutSites = DropoutSites.AllNonRecurrent },
        _ => throw new ArgumentException($"no model named {name}"),
    };

    /// <summary>The model with another cell, and a projection where the cell asks for one.</summary>
    internal static ModelSpec OfCell(ModelSpec spec, CellKind kind) =>
        spec with
        {
            Cell = kind,
            ProjectionSize = kind == CellKind.LstmProjected ? (spec.HiddenSize + 1) / 2 : 0,
            ModuleCount = kind == CellKind.Clockwork ? Math.Min(spec.HiddenSize, 3) : 0,
        };

    private static ModelSpec Zoneout(CellKind kind) =>
        OfCell(Values(layers: 2), kind) with { Zoneout = 0.3f, ZoneoutState = RecurrentCell.Of(kind).HasState ? 0.4f : 0 };

    internal static float[] RandomParameters(ModelSpec spec, int seed, float scale = 0.5f) =>
        RandomFloats(ParameterLayout.For(spec).TotalLength, seed, scale);

    internal static float[] RandomFloats(int length, int seed, float scale = 1f)
    {
        var random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = ((float)random.NextDouble() - 0.5f) * 2 * scale;
        return values;
    }

    /// <summary>A window with random inputs, targets, some of them ignored, and some lanes that reset.</summary>
    internal static SequenceBatch RandomBatch(
        ModelSpec spec, int timeSteps, int lanes, int seed, int firstLane = 0, double ignored = 0.25, double resets = 0.4)
    {
        var random = new Random(seed);
        SequenceBatch batch = EmptyBatch(spec, timeSteps, lanes);
        batch.Reshape(timeSteps, firstLane, lanes);
        for (int row = 0; row < batch.Tokens.Length; row++)
            batch.Tokens[row] = random.Next(spec.InputSize);
        for (int i = 0; i < batch.Values.Length; i++)
            batch.Values[i] = (float)(random.NextDouble() - 0.5) * 2;
        for (int row = 0; row < batch.TargetClasses.Length; row++)
            batch.TargetClasses[row] = random.NextDouble() < ignored ? SequenceBatch.IgnoredClass : random.Next(spec.OutputSize);
        for (int i = 0; i < batch.TargetValues.Length; i++)
            batch.TargetValues[i] = (float)(random.NextDouble() - 0.5) * 2;
        for (int row = 0; row < batch.TargetMask.Length; row++)
            batch.TargetMask[row] = random.NextDouble() >= ignored;
        for (int lane = 0; lane < lanes; lane++)
            batch.ResetsCarry[lane] = random.NextDouble() < resets;
        return batch;
    }

    internal static SequenceBatch EmptyBatch(ModelSpec spec, int maxTimeSteps, int maxLanes) => new(
        maxTimeSteps,
        maxLanes,
        spec.Input == InputKind.Tokens ? 0 : spec.InputSize,
        spec.Loss == LossKind.CrossEntropy ? 0 : spec.OutputSize);

    /// <summary>The lanes [first, first + count) of a window, as a window of their own.</summary>
    internal static SequenceBatch LanesOf(ModelSpec spec, SequenceBatch whole, int first, int count)
    {
        SequenceBatch part = EmptyBatch(spec, whole.TimeSteps, count);
        part.Reshape(whole.TimeSteps, whole.FirstLane + first, count);
        for (int t = 0; t < whole.TimeSteps; t++)
        {
            CopyRows(whole.Tokens, part.Tokens, 1);
            CopyRows(whole.Values, part.Values, whole.InputSize);
            CopyRows(whole.TargetClasses, part.TargetClasses, 1);
            CopyRows(whole.TargetValues, part.TargetValues, whole.TargetSize);
            CopyRows(whole.TargetMask, part.TargetMask, 1);

            void CopyRows<T>(T[] from, T[] to, int width)
            {
                if (to.Length > 0)
                    Array.Copy(from, ((t * whole.Lanes) + first) * width, to, t * count * width, count * width);
            }
        }

        Array.Copy(whole.ResetsCarry, first, part.ResetsCarry, 0, count);
        return part;
    }

    internal static double[] ToDouble(ReadOnlySpan<float> values)
    {
        double[] result = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
            result[i] = values[i];
        return result;
    }
}
