using System.Runtime.InteropServices;
using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Protocol;
using AkkaLstm.Training.Checkpoints;

namespace AkkaLstm.Training.Execution.Payloads;

/// <summary>One slice of the parameters, inside the flat buffer that all slices of the process share.</summary>
/// <param name="owner">The buffers it lies in.</param>
/// <param name="slice">Where in them.</param>
internal sealed class ParameterPayload(IParameterOwner owner, ParameterSlice slice) : Payload
{
    public IParameterOwner Owner => owner;

    public ParameterSlice Slice => slice;

    public override long Bytes => (long)slice.Length * sizeof(float);

    /// <summary>The slice's parameters of a step.</summary>
    public ReadOnlyMemory<float> ValuesOf(long step) => owner.Flat(step).AsMemory(slice.Start, slice.Length);

    /// <summary>Copies the slice's parameters of a step to their place among all.</summary>
    public void CopyTo(float[] parameters, long step) => ValuesOf(step).Span.CopyTo(parameters.AsSpan(slice.Start));
}

/// <summary>The gradient of a subtree of shards, over all parameters or one slice of them.</summary>
internal sealed class GradientPayload(Gradient gradient) : Payload
{
    private readonly Lock _gate = new();
    private float[] _rowBits = [];

    public Gradient Gradient => gradient;

    /// <summary>
    /// The touched rows' indices as floats of the same bits, for a wire that only has floats. Asked again for the same
    /// gradient it writes the same bits again, so what is being sent does not change.
    /// </summary>
    public ReadOnlyMemory<float> RowBits()
    {
        ReadOnlySpan<int> indices = gradient.Rows.TouchedIndices;
        lock (_gate)
        {
            if (_rowBits.Length < indices.Length) _rowBits = new float[gradient.Rows.Indices.Length];
            MemoryMarshal.Cast<int, float>(indices).CopyTo(_rowBits);
            return _rowBits.AsMemory(0, indices.Length);
        }
    }

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
