using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Formats;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Models.Tests.Parity;

/// <summary>A training step as make_fixture.py reads and writes it.</summary>
internal static class TorchStep
{
    /// <summary>
    /// Relative distance (max |a - b| / max |a| of a tensor) within which this project and PyTorch agree.
    /// </summary>
    internal const double Tolerance = 1e-5;

    /// <summary>The step's tensors for PyTorch.</summary>
    internal static List<SafetensorsEntry> Describe(ModelSpec spec, float[] parameters, SequenceBatch batch, float[] carry)
    {
        (int t, int b) = (batch.TimeSteps, batch.Lanes);
        var entries = new List<SafetensorsEntry>(ParameterFile.Entries(ParameterLayout.For(spec), parameters));
        entries.Add(spec.Input == InputKind.Tokens
            ? new SafetensorsEntry("input", [t, b], batch.Tokens.Select(token => (float)token).ToArray())
            : new SafetensorsEntry("input", [t, b, spec.InputSize], batch.Values));
        if (spec.Loss == LossKind.CrossEntropy)
        {
            entries.Add(new("target", [t, b], batch.TargetClasses.Select(target => (float)target).ToArray()));
        }
        else
        {
            entries.Add(new("target", [t, b, spec.OutputSize], batch.TargetValues));
            entries.Add(new("mask", [t, b], batch.TargetMask.Select(counts => counts ? 1f : 0f).ToArray()));
        }

        if (spec.Quantiles is { } quantiles)
            entries.Add(new("quantiles", [quantiles.Count], quantiles.ToArray()));
        var (hidden, state) = ByLayer(spec, b, carry);
        int rows = spec.LayerCount * spec.DirectionCount;
        entries.Add(new("h0", [rows, b, spec.LayerShape(0).OutputSize], hidden));
        if (RecurrentCell.Of(spec.Cell).HasState)
            entries.Add(new("c0", [rows, b, spec.HiddenSize], state));
        if (spec.Cell == CellKind.RnnRelu)
            entries.Add(new("relu", [1], new float[] { 1 }));
        return entries;
    }

    /// <summary>What <see cref="Describe"/> wrote.</summary>
    internal static (ModelSpec Spec, float[] Parameters, SequenceBatch Batch, float[] Carry) Read(SafetensorsFile file)
    {
        IReadOnlyList<int> input = file.Find("input")!.Shape;
        IReadOnlyList<int> state = file.Find("h0")!.Shape;
        SafetensorsTensor? embedding = file.Find("embedding.weight");
        bool isBoth = file.Find("lstm.weight_ih_l0_reverse") is not null;
        CellKind cell = file.Find("gru.weight_ih_l0") is not null ? CellKind.Gru
            : file.Find("lstm.weight_hr_l0") is not null ? CellKind.LstmProjected
            : file.Find("rnn.weight_ih_l0") is null ? CellKind.Lstm
            : file.Find("relu") is null ? CellKind.Rnn : CellKind.RnnRelu;
        var spec = new ModelSpec
        {
            Input = embedding is null ? InputKind.Values : InputKind.Tokens,
            InputSize = embedding is null ? input[2] : embedding.Shape[0],
            EmbeddingSize = embedding is null ? 0 : embedding.Shape[1],
            Cell = cell,
            HiddenSize = file.Find("c0")?.Shape[2] ?? state[2],
            ProjectionSize = cell == CellKind.LstmProjected ? state[2] : 0,
            Direction = isBoth ? LayerDirection.Both : LayerDirection.Forward,
            LayerCount = isBoth ? state[0] / 2 : state[0],
            OutputSize = file.Find("head.weight")!.Shape[0],
            Attention = file.Find("attention.key.weight") is null ? AttentionKind.None : AttentionKind.Additive,
            Loss = file.Find("mask") is null ? LossKind.CrossEntropy
                : file.Find("quantiles") is null ? LossKind.SquaredError : LossKind.Quantile,
            Quantiles = file.Find("quantiles") is null ? null : Values(file, "quantiles"),
        };
        var layout = ParameterLayout.For(spec);
        float[] parameters = new float[layout.TotalLength];
        ParameterFile.Read(file, layout, parameters);
        SequenceBatch batch = TestModels.EmptyBatch(spec, input[0], input[1]);
        batch.Reshape(input[0], 0, input[1]);
        if (embedding is null)
            file.ReadValues("input", batch.Values);
        else
            Values(file, "input").Select(token => (int)token).ToArray().CopyTo(batch.Tokens, 0);
        if (spec.Loss == LossKind.CrossEntropy)
        {
            Values(file, "target").Select(target => (int)target).ToArray().CopyTo(batch.TargetClasses, 0);
        }
        else
        {
            file.ReadValues("target", batch.TargetValues);
            Values(file, "mask").Select(mask => mask != 0).ToArray().CopyTo(batch.TargetMask, 0);
        }

        return (spec, parameters, batch, ByLane(spec, input[1], Values(file, "h0"), file.Find("c0") is null ? [] : Values(file, "c0")));
    }

    /// <summary>
    /// Runs the step and holds loss, state and every gradient against PyTorch's; the largest distance found.
    /// </summary>
    internal static double Compare(
        ModelSpec spec, float[] parameters, SequenceBatch batch, float[] carry, SafetensorsFile expected)
    {
        var step = new ModelStep(spec, batch.TimeSteps, batch.Lanes);
        step.Weights.Load(parameters);
        step.ForwardBackward(batch, 1, default, carry);
        double worst = Check("loss", [(float)step.Losses[0].LossSum]);
        (float[] hidden, float[] state) = ByLayer(spec, batch.Lanes, step.CarryOut);
        worst = Math.Max(worst, Check("hn", ForwardRows(spec, hidden)));
        if (state.Length > 0)
            worst = Math.Max(worst, Check("cn", ForwardRows(spec, state)));
        foreach (TensorInfo tensor in step.Model.Layout.Tensors)
            worst = Math.Max(worst, Check("grad." + tensor.Name, step.GradientOf(tensor)));
        return worst;

        double Check(string name, float[] actual)
        {
            float[] values = Values(expected, name);
            if (name is "hn" or "cn")
                values = ForwardRows(spec, values);
            double[] torch = TestModels.ToDouble(values);
            Closeness.AssertClose(torch, actual, Tolerance, name);
            return Closeness.Of(torch, actual);
        }
    }

    private static float[] Values(SafetensorsFile file, string name)
    {
        float[] values = new float[file.Find(name)!.Length];
        file.ReadValues(name, values);
        return values;
    }

    /// <summary>Of (L * D, B, size) the rows of the way forward, which alone carries a state.</summary>
    private static float[] ForwardRows(ModelSpec spec, float[] values)
    {
        int length = values.Length / (spec.LayerCount * spec.DirectionCount);
        return [.. Enumerable.Range(0, spec.LayerCount).SelectMany(layer =>
            values.AsSpan(layer * spec.DirectionCount * length, length).ToArray())];
    }

    /// <summary>(B, L, [h, c]) to the (L * D, B, ..) of h and of c; zero for the way back.</summary>
    private static (float[] Hidden, float[] State) ByLayer(ModelSpec spec, int lanes, float[] carry)
    {
        int size = spec.LayerShape(0).OutputSize;
        int stateSize = spec.LayerCarryLength - size;
        float[] hidden = new float[spec.LayerCount * spec.DirectionCount * lanes * size];
        float[] state = new float[spec.LayerCount * spec.DirectionCount * lanes * stateSize];
        foreach ((int row, int start) in CarryRows(spec, lanes))
        {
            Array.Copy(carry, start, hidden, row * size, size);
            Array.Copy(carry, start + size, state, row * stateSize, stateSize);
        }

        return (hidden, state);
    }

    private static float[] ByLane(ModelSpec spec, int lanes, float[] hidden, float[] state)
    {
        int size = spec.LayerShape(0).OutputSize;
        int stateSize = spec.LayerCarryLength - size;
        float[] carry = new float[lanes * spec.CarryLength];
        foreach ((int row, int start) in CarryRows(spec, lanes))
        {
            Array.Copy(hidden, row * size, carry, start, size);
            Array.Copy(state, row * stateSize, carry, start + size, stateSize);
        }

        return carry;
    }

    /// <summary>PyTorch's row and the start of the carry for every layer and lane.</summary>
    private static IEnumerable<(int Row, int Start)> CarryRows(ModelSpec spec, int lanes) =>
        from layer in Enumerable.Range(0, spec.LayerCount)
        from lane in Enumerable.Range(0, lanes)
        select ((layer * spec.DirectionCount * lanes) + lane, (lane * spec.CarryLength) + (layer * spec.LayerCarryLength));
}
