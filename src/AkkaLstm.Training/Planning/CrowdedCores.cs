using System.Numerics;
using AkkaLstm.Protocol;

namespace AkkaLstm.Training.Planning;

/// <summary>
/// Computes the same order on one core and on all at once: what cores that share memory, caches and power take from
/// each other.
/// </summary>
internal sealed class CrowdedCores : IDisposable
{
    private readonly StepRig _rig;
    private readonly int _shardsEach;
    private readonly List<double> _ratios = [];
    private readonly double[] _together;
    private readonly Thread[] _helpers;

    // Twice a run: all begin, all are done. The thread that runs the measurement is one of them.
    private readonly Barrier _barrier;
    private volatile bool _isOver;

    /// <summary>Starts a thread for each worker of the rig but the first, which is the caller's.</summary>
    public CrowdedCores(StepRig rig)
    {
        _rig = rig;
        int threads = Math.Min(rig.WorkerCount, rig.Plan.Shards);
        _shardsEach = rig.Plan.Shards / (int)BitOperations.RoundUpToPowerOf2((uint)threads);
        _together = new double[_shardsEach == 0 ? 1 : threads];
        _barrier = new Barrier(_together.Length);
        _helpers =
        [
            .. Enumerable.Range(1, _together.Length - 1).Select(
                worker => new Thread(() => Help(worker)) { IsBackground = true, Name = $"crowd-{worker}" }),
        ];
        Array.ForEach(_helpers, helper => helper.Start());
    }

    /// <summary>Median time in the crowd by time alone; 1 where there is no crowd.</summary>
    public double Factor => _ratios.Count == 0 ? 1 : Math.Max(1, Medians.Of(_ratios));

    /// <summary>Compares once.</summary>
    public void Run()
    {
        if (_helpers.Length == 0)
            return;
        _rig.Pack();
        double alone = Compute(0);
        _barrier.SignalAndWait();
        _together[0] = Compute(0);
        _barrier.SignalAndWait();
        _ratios.Add(_together.Average() / alone);
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _isOver = true;
        if (_helpers.Length > 0)
            _barrier.SignalAndWait();
        Array.ForEach(_helpers, helper => helper.Join());
        _barrier.Dispose();
    }

    private void Help(int worker)
    {
        while (true)
        {
            _barrier.SignalAndWait();
            if (_isOver)
                return;
            _together[worker] = Compute(worker);
            _barrier.SignalAndWait();
        }
    }

    private double Compute(int worker) =>
        _rig.Compute(new ShardRange(worker * _shardsEach, _shardsEach), worker).Seconds;
}
