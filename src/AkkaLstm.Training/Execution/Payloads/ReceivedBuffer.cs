using System.Runtime.InteropServices;
using AkkaLstm.Models;
using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Protocol;

namespace AkkaLstm.Training.Execution.Payloads;

/// <summary>Memory for values that come from another process. What it says of itself is under the gate of its pool.</summary>
internal abstract class ReceivedBuffer
{
    /// <summary>What its values belong to.</summary>
    public Fence Fence { get; private set; }

    /// <summary>The turn of its pool in which a value last began to come into it.</summary>
    public long Turn { get; set; }

    /// <summary>Values that are being written into it. Invariant: while there are any it is not used again.</summary>
    public int WriterCount { get; private set; }

    /// <summary>Whether values of this size can be written into it.</summary>
    public virtual bool Fits(ParameterSlice slice) => true;

    /// <summary>Whether it waits for this slice of the fence that it has already.</summary>
    public virtual bool Lacks(SliceId slice) => false;

    /// <summary>A value is about to be written.</summary>
    public virtual void Begin(Fence fence, SliceId slice)
    {
        Fence = fence;
        WriterCount++;
    }

    /// <summary>The value is there, or does not come.</summary>
    public virtual void End(SliceId slice, bool isWhole) => WriterCount--;
}

/// <summary>
/// Memory for all parameters of one step: slices go straight to their place among all, so that nothing is copied when all
/// are there. A slice that comes a second time gets another buffer: what is being read does not change.
/// </summary>
/// <remarks>
/// Read by one worker, the one that pulled the slices. When the buffer goes to a later step, that worker has been given
/// work of a later one: what it may still compute here is fenced off, and it packs the new weights only after that.
/// </remarks>
internal sealed class ReceivedParameters(ModelSpec spec, int parameterCount, ulong seed) : ReceivedBuffer
{
    private readonly float[] _flat = new float[parameterCount]; // not shared: what is received is not passed on
    private readonly PackedStep _packed = new(spec, seed, length => new AlignedBuffer(length).Memory);
    private readonly HashSet<int> _slices = [];
    private int _sliceCount;
    private long _version;

    private ReceivedStep? _step;

    /// <summary>The step that it holds, or that is coming.</summary>
    public ReceivedStep Step => _step ?? throw new InvalidOperationException("Nothing has begun to come.");

    /// <inheritdoc/>
    public override bool Lacks(SliceId slice) => slice.Count == _sliceCount && !_slices.Contains(slice.Index);

    /// <inheritdoc/>
    public override void Begin(Fence fence, SliceId slice)
    {
        if (fence != Fence || slice.Count != _sliceCount)
        {
            _slices.Clear();
            _sliceCount = slice.Count;
            _step = new ReceivedStep(_packed, _version++, _flat);
        }

        _slices.Add(slice.Index);
        base.Begin(fence, slice);
    }

    /// <inheritdoc/>
    public override void End(SliceId slice, bool isWhole)
    {
        if (!isWhole) _slices.Remove(slice.Index);
        base.End(slice, isWhole);
    }
}

/// <summary>One slice of the gradient of a subtree.</summary>
internal sealed class ReceivedGradient : ReceivedBuffer
{
    private readonly Gradient _own;
    private float[] _rowBits = [];

    public ReceivedGradient(ParameterLayout layout, ParameterSlice slice)
    {
        _own = new Gradient(layout, slice);
        Gradient = _own;
    }

    public Gradient Gradient { get; private set; }

    /// <inheritdoc/>
    public override bool Fits(ParameterSlice other) => other == _own.Slice;

    /// <summary>Memory for the runs of a gradient with so many rows; -1 where the slice has none.</summary>
    public Memory<float>[] Runs(int rowCount)
    {
        Gradient = _own;
        if (rowCount < 0) return [_own.Dense];
        SparseRows rows = _own.Rows;
        rows.Count = 0;
        rows.EnsureCapacity(rowCount);
        if (_rowBits.Length < rowCount) _rowBits = new float[rows.Indices.Length];
        return [_own.Dense, _rowBits.AsMemory(0, rowCount), rows.Values.AsMemory(0, rowCount * rows.Width)];
    }

    /// <summary>
    /// Uses dense values where the worker made them, which all other processes of the machine can read. Those of this
    /// buffer are never touched then, and cost no memory.
    /// </summary>
    public bool TryAdopt(ReadOnlyMemory<float> dense)
    {
        // As a part of a sum it is only read.
        Gradient = new Gradient(_own.Layout, _own.Slice, MemoryMarshal.AsMemory(dense), _own.Rows);
        return true;
    }

    /// <summary>Takes the rows over; false where their indices do not ascend or lie outside the slice.</summary>
    public bool TryTakeRows(int rowCount)
    {
        int last = Gradient.FirstRow - 1;
        for (int i = 0; i < rowCount; i++)
        {
            int row = BitConverter.SingleToInt32Bits(_rowBits[i]);
            if (row <= last || row >= Gradient.EndRow) return false;
            Gradient.Rows.Indices[i] = last = row;
        }

        Gradient.Rows.Count = rowCount;
        return true;
    }
}

/// <summary>Carried state of one shard.</summary>
internal sealed class ReceivedCarry(int length) : ReceivedBuffer
{
    public Carry Carry { get; } = new(new float[length]);
}
