using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Planning;

/// <summary>Chooses servers, shards and workers for a job by what <see cref="StepModel"/> predicts.</summary>
public sealed class CapacityPlanner
{
    /// <summary>The largest number of workers that is looked at.</summary>
    public const int MostWorkers = 1024;

    /// <summary>More workers must keep at least this efficiency.</summary>
    public const double LeastEfficiency = 0.5;

    /// <summary>Twice the workers must be at least so much faster.</summary>
    public const double LeastGain = 0.05;

    /// <summary>More servers, or other shards than the plan's, must be worth so much.</summary>
    private const double WorthIt = 0.05;

    private readonly StepCosts _costs;
    private readonly NetworkLink? _link;
    private readonly double _oneSeconds;

    /// <summary>Makes a planner.</summary>
    /// <param name="costs">What was measured.</param>
    /// <param name="link">Every node's link; null predicts the in-process engine on the measured machine.</param>
    public CapacityPlanner(StepCosts costs, NetworkLink? link)
    {
        _costs = costs;
        _link = link;
        _oneSeconds = StepModel.Local(costs, costs.Shards, workers: 1, servers: 1).StepSeconds;
    }

    /// <summary>1, 2, 4, ... 1024.</summary>
    public static IEnumerable<int> PowersOfTwo
    {
        get
        {
            for (int workers = 1; workers <= MostWorkers; workers *= 2)
                yield return workers;
        }
    }

    /// <summary>
    /// The numbers of workers worth showing: powers of two, up to 1024 machines, or up to where one machine has
    /// neither cores nor shards left; and the machine's cores.
    /// </summary>
    public IEnumerable<int> DefaultWorkers
    {
        get
        {
            if (_link is not null)
                return PowersOfTwo;
            int most = Math.Max(_costs.Shards, 2 * _costs.Cores);
            return PowersOfTwo.TakeWhile(workers => workers <= most).Append(_costs.Cores).Distinct().Order();
        }
    }

    /// <summary>Predicts the job for each of the given numbers of workers and says what to choose.</summary>
    public CapacityPlan Plan(IEnumerable<int> workers)
    {
        PayingLimit limit = LimitOf(_costs.Shards);
        return new CapacityPlan([.. workers.Select(w => RowOf(_costs.Shards, w))], limit, Choose(limit));
    }

    /// <summary>The prediction for a number of workers, with the servers that serve it best.</summary>
    public PlannedRow RowOf(int shards, int workers)
    {
        StepPrediction step = _link is null
            ? StepModel.Local(_costs, shards, workers, LocalServersFor(workers))
            : FewestGoodServers(shards, workers, _link);
        return new PlannedRow(step, _oneSeconds / step.StepSeconds);
    }

    /// <summary>The most workers, among the powers of two, that pay with so many shards.</summary>
    public PayingLimit LimitOf(int shards)
    {
        PlannedRow? best = null;
        foreach (int workers in PowersOfTwo)
        {
            PlannedRow row = RowOf(shards, workers);
            if (best is null)
            {
                best = row;
                continue;
            }

            if (workers > shards)
                return new PayingLimit(best, StopReason.Shards);
            if (row.Efficiency < LeastEfficiency)
                return new PayingLimit(best, StopReason.Efficiency);
            if (row.Speedup < best.Speedup * (1 + LeastGain))
                return new PayingLimit(best, StopReason.Gain);
            best = row;
        }

        return new PayingLimit(best!, StopReason.Largest);
    }

    /// <summary>The servers that train takes by itself for so many workers of one process.</summary>
    private int LocalServersFor(int workers) =>
        new RunOptions { Workers = workers }.ServersFor((long)(_costs.ParameterBytes / sizeof(float)));

    private StepPrediction FewestGoodServers(int shards, int workers, NetworkLink link)
    {
        StepPrediction[] candidates =
        [
            .. PowersOfTwo.TakeWhile(servers => servers <= workers)
                .Select(servers => StepModel.Networked(_costs, shards, workers, servers, link)),
        ];
        double best = candidates.Min(step => step.StepSeconds);
        return Array.Find(candidates, step => step.StepSeconds <= best * (1 + WorthIt))!;
    }

    private PayingLimit Choose(PayingLimit ofPlan)
    {
        PayingLimit[] limits =
        [
            .. PowersOfTwo.Where(shards => _costs.Batch % shards == 0)
                .Select(shards => shards == _costs.Shards ? ofPlan : LimitOf(shards)),
        ];
        double best = limits.Max(limit => limit.Best.Speedup);
        return IsGood(ofPlan) ? ofPlan : Array.Find(limits, IsGood)!;

        bool IsGood(PayingLimit limit) => limit.Best.Speedup * (1 + WorthIt) >= best;
    }
}
