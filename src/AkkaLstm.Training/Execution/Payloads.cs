using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Protocol;
using AkkaLstm.Training.Checkpoints;

namespace AkkaLstm.Training.Execution;

/// <summary>One slice of the parameters, inside the flat buffer that all slices of the process share.</summary>
/// <param name="owner">The buffers of the generation.</param>
/// <param name="slice">Where in them.</param>
internal sealed class ParameterPayload(ParameterBuffers owner, ParameterSlice slice) : Payload
{
    public ParameterBuffers Owner => owner;

    public override long Bytes => (long)slice.Length * sizeof(float);

    /// <summary>Copies the slice's parameters of a step to their place among all.</summary>
    public void CopyTo(float[] parameters, long step) =>
        owner.Flat(step).AsSpan(slice.Start, slice.Length).CopyTo(parameters.AsSpan(slice.Start));
}

/// <summary>The gradient of a subtree of shards, over all parameters.</summary>
internal sealed class GradientPayload(Gradient gradient) : Payload
{
    public Gradient Gradient => gradient;

    public override long Bytes =>
        ((long)gradient.Dense.Length + ((long)gradient.Rows.Count * gradient.Rows.Width)) * sizeof(float);
}

/// <summary>Carried state of one shard's lanes, (lanes, L, [h, c]).</summary>
internal sealed class CarryPayload(Memory<float> values) : Payload
{
    public Memory<float> Values => values;

    public override long Bytes => (long)values.Length * sizeof(float);
}

/// <summary>One slice's share of a snapshot; as a rule all slices of a process copy into the same state.</summary>
internal sealed class SnapshotPayload(TrainingState state, ParameterSlice slice) : Payload
{
    public TrainingState State => state;

    public ParameterSlice Slice => slice;

    public override long Bytes => (long)slice.Length * sizeof(float) * (1 + state.Moments.Length);
}

/// <summary>One slice's state by itself, for a standby.</summary>
/// <param name="parameters">Parameters of the slice.</param>
/// <param name="moments">Optimizer state of the slice, by moment.</param>
internal sealed class SliceStatePayload(float[] parameters, float[][] moments) : Payload
{
    public float[] Parameters => parameters;

    public float[][] Moments => moments;

    public override long Bytes => (long)parameters.Length * sizeof(float) * (1 + moments.Length);
}
