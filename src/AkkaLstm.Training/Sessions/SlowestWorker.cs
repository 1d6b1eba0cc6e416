using AkkaLstm.Protocol.Events;

namespace AkkaLstm.Training.Sessions;

/// <summary>The worker whose mathematics takes longest for a shard, beside the others.</summary>
/// <param name="Index">Which worker, from 0.</param>
/// <param name="SecondsPerShard">Its time for a shard.</param>
/// <param name="Factor">Its time by the median of the others'.</param>
public sealed record SlowestWorker(int Index, double SecondsPerShard, double Factor)
{
    /// <summary>From here on it is worth a person's attention.</summary>
    public const double NoteworthyFactor = 1.25;

    /// <summary>Whether it holds the others up.</summary>
    public bool Matters => Factor > NoteworthyFactor;

    /// <summary>Finds it by measured sums; null where fewer than two workers have computed anything.</summary>
    public static SlowestWorker? Of(IEnumerable<WorkerTiming> timings) => Of(
        timings.Where(timing => timing.ShardCount > 0)
            .Select(timing => (timing.Worker.Index, timing.Compute.TotalSeconds / timing.ShardCount)));

    /// <summary>Finds it by times for a shard; null where there are fewer than two.</summary>
    public static SlowestWorker? Of(IEnumerable<(int Index, double SecondsPerShard)> workers)
    {
        (int Index, double SecondsPerShard)[] ordered = [.. workers.OrderBy(worker => worker.SecondsPerShard)];
        if (ordered.Length < 2)
            return null;
        (int index, double slowest) = ordered[^1];

        // Without itself: of two workers, one could else never be far from the median.
        double median = Medians.Of([.. ordered[..^1].Select(worker => worker.SecondsPerShard)]);
        return new SlowestWorker(index, slowest, median > 0 ? slowest / median : 1);
    }
}
