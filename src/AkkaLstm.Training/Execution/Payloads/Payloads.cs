using System.Runtime.InteropServices;
using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Protocol;
using AkkaLstm.Training.Checkpoints;

namespace AkkaLstm.Training.Execution.Payloads;

/// <summary>
/// A payload of this project's executors. One that is to come from another process exists before its value does, because
/// the message around it is read first.
/// </summary>
/// <typeparam name="TValue">What executors use.</typeparam>
internal abstract class ValuePayload<TValue> : Payload
    where TValue : class
{
    private TValue? _value;

    /// <summary>Makes a payload.</summary>
    /// <param name="value">Its value; null where it is still to come.</param>
    protected ValuePayload(TValue? value)
    {
        _value = value;
    }

    /// <inheritdoc/>
    public sealed override long Bytes => _value is null ? 0 : BytesOf(_value);

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">It is not there yet.</exception>
    protected TValue Value => _value ?? throw new InvalidOperationException("The values are not there.");

    /// <summary>The value is there. Whoever gets the payload gets it after this.</summary>
    public void Arrive(TValue value) => _value = value;

    /// <summary>Bytes of a value.</summary>
    protected abstract long BytesOf(TValue value);
}

/// <summary>Where a slice of the parameters lies.</summary>
/// <param name="Owner">The buffers.</param>
/// <param name="Slice">Where in them.</param>
internal sealed record ParameterPlace(IParameterOwner Owner, ParameterSlice Slice);

/// <summary>One slice of the parameters.</summary>
internal sealed class ParameterPayload(ParameterPlace? place) : ValuePayload<ParameterPlace>(place)
{
    public IParameterOwner Owner => Value.Owner;

    public ParameterSlice Slice => Value.Slice;

    /// <summary>The slice's parameters of a step.</summary>
    public ReadOnlyMemory<float> ValuesOf(long step) => Owner.ValuesOf(Slice, step);

    protected override long BytesOf(ParameterPlace value) => (long)value.Slice.Length * sizeof(float);
}

/// <summary>The gradient of a subtree of shards, over all parameters or one slice of them.</summary>
internal sealed class GradientPayload(Gradient? gradient) : ValuePayload<Gradient>(gradient)
{
    private readonly Lock _gate = new();
    private float[] _rowBits = [];

    public Gradient Gradient => Value;

    /// <summary>
    /// The touched rows' indices as floats of the same bits, for a wire that only has floats. Asked again for the same
    /// gradient it writes the same bits again, so what is being sent does not change.
    /// </summary>
    public ReadOnlyMemory<float> RowBits()
    {
        ReadOnlySpan<int> indices = Gradient.Rows.TouchedIndices;
        lock (_gate)
        {
            if (_rowBits.Length < indices.Length) _rowBits = new float[Gradient.Rows.Indices.Length];
            MemoryMarshal.Cast<int, float>(indices).CopyTo(_rowBits);
            return _rowBits.AsMemory(0, indices.Length);
        }
    }

    protected override long BytesOf(Gradient value) =>
        ((long)value.Dense.Length + ((long)value.Rows.Count * value.Rows.Width)) * sizeof(float);
}

/// <summary>Carried state of one shard's lanes, (lanes, L, [h, c]).</summary>
internal sealed class CarryPayload(Carry? carry) : ValuePayload<Carry>(carry)
{
    public CarryPayload(Memory<float> values)
        : this(new Carry(values))
    {
    }

    public Memory<float> Values => Value.Values;

    protected override long BytesOf(Carry value) => (long)value.Values.Length * sizeof(float);
}

/// <summary>Memory of a carried state.</summary>
internal sealed record Carry(Memory<float> Values);

/// <summary>One slice's share of a snapshot; as a rule all slices of a process copy into the same state.</summary>
internal sealed class SnapshotPayload(TrainingState state, ParameterSlice slice) : Payload
{
    public TrainingState State => state;

    public ParameterSlice Slice => slice;

    public override long Bytes => (long)slice.Length * sizeof(float) * (1 + state.Moments.Length);
}

/// <summary>One slice's state by itself.</summary>
/// <param name="Parameters">Parameters of the slice.</param>
/// <param name="Moments">Optimizer state of the slice, by moment.</param>
internal sealed record SliceState(float[] Parameters, float[][] Moments);

/// <summary>One slice's state by itself, for a standby or a coordinator elsewhere.</summary>
internal sealed class SliceStatePayload(SliceState? state) : ValuePayload<SliceState>(state)
{
    public float[] Parameters => Value.Parameters;

    public float[][] Moments => Value.Moments;

    protected override long BytesOf(SliceState value) =>
        (long)value.Parameters.Length * sizeof(float) * (1 + value.Moments.Length);
}
