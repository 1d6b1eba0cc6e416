using AkkaLstm.Models.Parameters;
using AkkaLstm.Protocol;

namespace AkkaLstm.Training.Execution.Payloads;

/// <summary>
/// Buffers for received values of one kind. They are used again as early as the ownership rule of
/// <see cref="Payload"/> allows: a fresh page costs more than the copy into it.
/// </summary>
/// <remarks>
/// Invariant: a buffer is used again only when nobody writes into it and its values are of an earlier ballot, or two
/// steps older than the newest that began to come. So a transfer that is late cannot write into newer values.
/// </remarks>
internal sealed class ReceivedPool<TBuffer>(Func<ParameterSlice, TBuffer> create)
    where TBuffer : ReceivedBuffer
{
    private const int KeptSteps = 2;

    private readonly Lock _gate = new();
    private readonly List<TBuffer> _buffers = [];
    private Fence _newest;

    /// <summary>A buffer for a value of the fence.</summary>
    /// <param name="fence">The fence.</param>
    /// <param name="slice">The slice that comes.</param>
    /// <param name="extent">The parameters of the slice.</param>
    public TBuffer Open(Fence fence, SliceId slice, ParameterSlice extent)
    {
        lock (_gate)
        {
            if (Fence.Compare(fence, _newest) > 0) _newest = fence;
            TBuffer? buffer = _buffers.Find(b => b.Fence == fence && b.Lacks(slice))
                ?? _buffers.Find(b => IsFree(b) && b.Fits(extent));
            if (buffer is null)
            {
                // Those of another division of the parameters will not fit again.
                _buffers.RemoveAll(b => IsFree(b) && !b.Fits(extent));
                _buffers.Add(buffer = create(extent));
            }

            buffer.Begin(fence, slice);
            return buffer;
        }
    }

    /// <summary>A value is there, or does not come.</summary>
    public void Close(TBuffer buffer, SliceId slice, bool isWhole)
    {
        lock (_gate) buffer.End(slice, isWhole);
    }

    private bool IsFree(TBuffer buffer) =>
        buffer.WriterCount == 0
        && (buffer.Fence.Ballot.CompareTo(_newest.Ballot) < 0
            || (buffer.Fence.Ballot == _newest.Ballot && buffer.Fence.Step <= _newest.Step - KeptSteps));
}
