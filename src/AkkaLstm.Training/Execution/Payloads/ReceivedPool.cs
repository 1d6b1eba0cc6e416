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
/// <param name="create">Makes a buffer for values of a slice.</param>
/// <param name="mostBuffers">Of one slice, at most: several times what the two steps that are kept need. Only a peer that
/// sends the same again and again gets there.</param>
internal sealed class ReceivedPool<TBuffer>(Func<ParameterSlice, TBuffer> create, int mostBuffers)
    where TBuffer : ReceivedBuffer
{
    private const int KeptSteps = 2;

    /// <summary>Steps after which a buffer that none of them needed is let go.</summary>
    private const int IdleTurns = 8;

    private readonly Lock _gate = new();
    private readonly List<TBuffer> _buffers = [];
    private Fence _newest;
    private long _turn; // counts the fences that were the newest

    /// <summary>A buffer for a value of the fence; null where there are too many.</summary>
    /// <param name="fence">The fence.</param>
    /// <param name="slice">The slice that comes.</param>
    /// <param name="extent">The parameters of the slice.</param>
    public TBuffer? TryOpen(Fence fence, SliceId slice, ParameterSlice extent)
    {
        lock (_gate)
        {
            if (Fence.Compare(fence, _newest) > 0) Advance(fence);
            TBuffer? buffer = _buffers.Find(b => b.Fence == fence && b.Lacks(slice))
                ?? _buffers.Find(b => IsFree(b) && b.Fits(extent));
            if (buffer is null)
            {
                // Those of another division of the parameters will not fit again.
                _buffers.RemoveAll(b => IsFree(b) && !b.Fits(extent));
                if (_buffers.Count(b => b.Fits(extent)) >= mostBuffers) return null;
                _buffers.Add(buffer = create(extent));
            }

            buffer.Turn = _turn;
            buffer.Begin(fence, slice);
            return buffer;
        }
    }

    /// <summary>A value is there, or does not come.</summary>
    public void Close(TBuffer buffer, SliceId slice, bool isWhole)
    {
        lock (_gate) buffer.End(slice, isWhole);
    }

    private void Advance(Fence fence)
    {
        _newest = fence;
        _turn++;
        _buffers.RemoveAll(b => IsFree(b) && _turn - b.Turn > IdleTurns);
    }

    private bool IsFree(TBuffer buffer) =>
        buffer.WriterCount == 0
        && (buffer.Fence.Ballot.CompareTo(_newest.Ballot) < 0
            || (buffer.Fence.Ballot == _newest.Ballot && buffer.Fence.Step <= _newest.Step - KeptSteps));
}
