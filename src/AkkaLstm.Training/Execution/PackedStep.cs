using AkkaLstm.Models;

namespace AkkaLstm.Training.Execution;

/// <summary>
/// Packed weights that are renewed every other step by all workers of the process together, in pieces.
/// </summary>
/// <remarks>
/// Each renewal has a higher version than the one before. Invariant: pieces of one version only are being packed at a
/// time. Where workers are in other processes, a step may close while its weights are still being packed for one that was
/// too slow; the next packing waits for that one's end.
/// </remarks>
/// <param name="spec">The model.</param>
/// <param name="seed">The plan's seed.</param>
/// <param name="allocate">See <see cref="JobContext.Allocate"/>.</param>
internal sealed class PackedStep(ModelSpec spec, ulong seed, Func<int, Memory<float>> allocate)
{
    /// <summary>
    /// Rounds of waiting for the others' last pieces before the thread lies down: pieces take microseconds.
    /// </summary>
    private const int SpinCount = 50;

    private readonly object _gate = new();
    private ModelWeights? _weights; // made on first use: a process of servers packs nothing
    private long _version = -1;
    private int _next;
    private int _packedCount;
    private int _threadCount; // inside, for the version that is being packed
    private volatile Exception? _failure;

    /// <summary>The weights of a step; packs pieces of them until all are packed.</summary>
    /// <param name="version">Of the parameters. An answer for one that has passed is fenced off, so it may get the
    /// weights of a later one.</param>
    /// <param name="step">The step that they are for.</param>
    /// <param name="parameters">The step's parameters, (N).</param>
    /// <exception cref="InvalidOperationException">Another thread failed to pack its piece.</exception>
    public ModelWeights Get(long version, long step, ReadOnlyMemory<float> parameters)
    {
        ModelWeights weights = Enter(version, step, parameters);
        try
        {
            PackPieces(weights);
            WaitForOthers(weights);
            return _failure is null
                ? weights
                : throw new InvalidOperationException("The weights could not be packed.", _failure);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// Uses what another process has packed; null where this model's weights need more than that. Only where nobody else
    /// asks meanwhile, and for the newest version: what was packed here counts no more.
    /// </summary>
    public ModelWeights? Adopt(ReadOnlyMemory<float> parameters, ReadOnlyMemory<float> packed)
    {
        lock (_gate)
        {
            _weights ??= new ModelWeights(spec, allocate);
            if (!_weights.Adopt(parameters, packed)) return null;
            _version = -1;
            return _weights;
        }
    }

    private ModelWeights Enter(long version, long step, ReadOnlyMemory<float> parameters)
    {
        lock (_gate)
        {
            while (version > _version && _threadCount > 0) Monitor.Wait(_gate);
            if (version > _version)
            {
                _weights ??= new ModelWeights(spec, allocate);
                _weights.BeginLoad(parameters, new StepKey(seed, step));
                (_version, _next, _packedCount, _failure) = (version, 0, 0, null);
            }

            _threadCount++;
            return _weights!;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_threadCount == 0) Monitor.PulseAll(_gate);
        }
    }

    private bool IsOver(ModelWeights weights) =>
        _failure is not null || Volatile.Read(ref _packedCount) >= weights.PackCount;

    private void PackPieces(ModelWeights weights)
    {
        while (!IsOver(weights) && Interlocked.Increment(ref _next) - 1 is var piece && piece < weights.PackCount)
        {
            try
            {
                weights.Pack(piece);
            }
            catch (Exception e)
            {
                // The others wait for this piece: they must fail too, not wait for ever.
                _failure = e;
                WakeOthers();
                throw;
            }

            if (Interlocked.Increment(ref _packedCount) == weights.PackCount) WakeOthers();
        }
    }

    private void WaitForOthers(ModelWeights weights)
    {
        var spinner = new SpinWait();
        while (!IsOver(weights) && spinner.Count < SpinCount) spinner.SpinOnce(sleep1Threshold: -1);
        if (IsOver(weights)) return;
        lock (_gate)
        {
            while (!IsOver(weights)) Monitor.Wait(_gate);
        }
    }

    private void WakeOthers()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }
}
