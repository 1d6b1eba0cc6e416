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

        int[] shape = [spec.LayerCount, b, spec.HiddenSize];
        entries.Add(new("h0", shape, ByLayer(spec, b, carry, part: 0)));
        entries.Add(new("c0", shape, ByLayer(spec, b, carry, part: 1)));
        return entries;
    }

    /// <summary>What <see cref="Describe"/> wrote.</summary>
    internal static (ModelSpec Spec, float[] Parameters, SequenceBatch Batch, float[] Carry) Read(SafetensorsFile file)
    {
        IReadOnlyList<int> input = file.Find("input")!.Shape;
        IReadOnlyList<int> state = file.Find("h0")!.Shape;
        SafetensorsTensor? embedding = file.Find("embedding.weight");
        var spec = new ModelSpec
        {
            Input = embedding is null ? InputKind.Values : InputKind.Tokens,
            InputSize = embedding is null ? input[2] : embedding.Shape[0],
            EmbeddingSize = embedding is null ? 0 : embedding.Shape[1],
            HiddenSize = state[2],
            LayerCount = state[0],
            OutputSize = file.Find("head.weight")!.Shape[0],
            Loss = file.Find("mask") is null ? LossKind.CrossEntropy : LossKind.SquaredError,
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

        return (spec, parameters, batch, ByLane(spec, input[1], Values(file, "h0"), Values(file, "c0")));
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
        worst = Math.Max(worst, Check("hn", ByLayer(spec, batch.Lanes, step.CarryOut, part: 0)));
        worst = Math.Max(worst, Check("cn", ByLayer(spec, batch.Lanes, step.CarryOut, part: 1)));
        foreach (TensorInfo tensor in step.Model.Layout.Tensors)
            worst = Math.Max(worst, Check("grad." + tensor.Name, step.GradientOf(tensor)));
        return worst;

        double Check(string name, float[] actual)
        {
            double[] torch = TestModels.ToDouble(Values(expected, name));
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

    /// <summary>(B, L, [h, c], H) to the (L, B, H) of h (part 0) or c (part 1).</summary>
    private static float[] ByLayer(ModelSpec spec, int lanes, float[] carry, int part)
    {
        int h = spec.HiddenSize;
        float[] state = new float[spec.LayerCount * lanes * h];
        for (int layer = 0; layer < spec.LayerCount; layer++)
        {
            for (int lane = 0; lane < lanes; lane++)
                Array.Copy(carry, (lane * spec.CarryLength) + (((2 * layer) + part) * h), state, ((layer * lanes) + lane) * h, h);
        }

        return state;
    }

    private static float[] ByLane(ModelSpec spec, int lanes, float[] hidden, float[] cell)
    {
        int h = spec.HiddenSize;
        float[] carry = new float[lanes * spec.CarryLength];
        for (int layer = 0; layer < spec.LayerCount; layer++)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                int start = (lane * spec.CarryLength) + (2 * layer * h);
                Array.Copy(hidden, ((layer * lanes) + lane) * h, carry, start, h);
                Array.Copy(cell, ((layer * lanes) + lane) * h, carry, start + h, h);
            }
        }

        return carry;
    }
}
