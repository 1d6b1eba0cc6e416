using AkkaLstm.Models;

namespace AkkaLstm.Training.Execution;

/// <summary>
/// Packed weights that are renewed every other step by all workers of the process together, in pieces.
/// </summary>
/// <remarks>
/// Invariant: nobody packs a piece of step n once somebody has the weights of step n, because they are given
/// out only when all pieces are packed. A step closes only after workers had its weights; so the packing of
/// step n + 2 cannot meet that of step n.
/// </remarks>
internal sealed class PackedStep(ModelSpec spec)
{
    /// <summary>
    /// Rounds of waiting for the others' last pieces before the thread lies down: pieces take microseconds.
    /// </summary>
    private const int SpinCount = 50;

    private readonly ModelWeights _weights = new(spec);
    private readonly object _gate = new();
    private long _step = -1;
    private int _next;
    private int _packedCount;
    private volatile Exception? _failure;

    /// <summary>The weights of a step; packs pieces of them until all are packed.</summary>
    /// <param name="step">The step. An answer for one that has passed is fenced off, so it may get the weights
    /// of a later one.</param>
    /// <param name="parameters">The step's parameters, (N).</param>
    /// <exception cref="InvalidOperationException">Another thread failed to pack its piece.</exception>
    public ModelWeights Get(long step, float[] parameters)
    {
        lock (_gate)
        {
            if (step > _step)
            {
                _weights.BeginLoad(parameters);
                (_step, _next, _packedCount, _failure) = (step, 0, 0, null);
            }
        }

        PackPieces();
        WaitForOthers();
        return _failure is null
            ? _weights
            : throw new InvalidOperationException("The weights could not be packed.", _failure);
    }

    private bool IsOver => _failure is not null || Volatile.Read(ref _packedCount) >= _weights.PackCount;

    private void PackPieces()
    {
        while (!IsOver && Interlocked.Increment(ref _next) - 1 is var piece && piece < _weights.PackCount)
        {
            try
            {
                _weights.Pack(piece);
            }
            catch (Exception e)
            {
                // The others wait for this piece: they must fail too, not wait for ever.
                _failure = e;
                WakeOthers();
                throw;
            }

            if (Interlocked.Increment(ref _packedCount) == _weights.PackCount) WakeOthers();
        }
    }

    private void WaitForOthers()
    {
        var spinner = new SpinWait();
        while (!IsOver && spinner.Count < SpinCount) spinner.SpinOnce(sleep1Threshold: -1);
        if (IsOver) return;
        lock (_gate)
        {
            while (!IsOver) Monitor.Wait(_gate);
        }
    }

    private void WakeOthers()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }
}
