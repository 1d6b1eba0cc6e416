using AkkaLstm.Models.Gradients;
using AkkaLstm.Protocol;
using AkkaLstm.Training.Checkpoints;

namespace AkkaLstm.Training.Execution;

/// <summary>One slice of the parameters, inside the flat buffer that all slices of the process share.</summary>
/// <param name="owner">The buffers of the generation.</param>
/// <param name="length">Floats of the slice.</param>
internal sealed class ParameterPayload(ParameterBuffers owner, int length) : Payload
{
    public ParameterBuffers Owner => owner;

    public override long Bytes => (long)length * sizeof(float);
}

/// <summary>The gradient of a subtree of shards, over all parameters.</summary>
internal sealed class GradientPayload(Gradient gradient) : Payload
{
    public Gradient Gradient => gradient;

    public override long Bytes =>
        ((long)gradient.Dense.Length + ((long)gradient.Rows.Count * gradient.Rows.Width)) * sizeof(float);
}

/// <summary>Carried state of one shard's lanes, (lanes, L, [h, c], H).</summary>
internal sealed class CarryPayload(Memory<float> values) : Payload
{
    public Memory<float> Values => values;

    public override long Bytes => (long)values.Length * sizeof(float);
}

/// <summary>One slice's share of a snapshot; all slices of a process copy into the same state.</summary>
internal sealed class SnapshotPayload(TrainingState state, long bytes) : Payload
{
    public TrainingState State => state;

    public override long Bytes => bytes;
}
