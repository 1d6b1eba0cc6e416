using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Models.Tests.Support;

/// <summary>A model with everything that a step needs, and the results of the last one.</summary>
internal sealed class ModelStep
{
    internal ModelStep(ModelSpec spec, int maxTimeSteps, int maxLanes)
    {
        Model = new SequenceModel(spec);
        Weights = new ModelWeights(spec);
        Workspace = new ModelWorkspace(spec, maxTimeSteps, maxLanes);
        Gradient = new Gradient(Model.Layout);
    }

    internal SequenceModel Model { get; }

    internal ModelWeights Weights { get; }

    internal ModelWorkspace Workspace { get; }

    internal Gradient Gradient { get; }

    internal float[] CarryOut { get; private set; } = [];

    internal ShardLoss[] Losses { get; private set; } = [];

    internal int CarryLengthOf(SequenceBatch batch) => batch.Lanes * Model.Spec.CarryLength;

    internal void ForwardBackward(SequenceBatch batch, int shardCount, StepKey key, ReadOnlySpan<float> carryIn)
    {
        CarryOut = new float[CarryLengthOf(batch)];
        Losses = new ShardLoss[shardCount];
        Model.ForwardBackward(Weights, batch, shardCount, key, carryIn, CarryOut, Workspace, Gradient, Losses);
    }

    /// <summary>A tensor's gradient as if dense.</summary>
    internal float[] GradientOf(TensorInfo tensor) => Flatten(Gradient).AsSpan(tensor.Offset, tensor.Length).ToArray();

    /// <summary>The whole model's gradient, absent rows as zeros.</summary>
    internal static float[] Flatten(Gradient gradient)
    {
        float[] flat = new float[gradient.Layout.TotalLength];
        gradient.Dense.CopyTo(flat.AsMemory(gradient.DenseStart));
        for (int i = 0; i < gradient.Rows.Count; i++)
            gradient.Rows.Row(i).CopyTo(flat.AsSpan(gradient.Rows.Indices[i] * gradient.Rows.Width));
        return flat;
    }
}
