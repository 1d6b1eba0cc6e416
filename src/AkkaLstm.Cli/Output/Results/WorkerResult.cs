using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Output.Results;

/// <summary>What a worker of a run did, for programs.</summary>
/// <param name="Worker">Which, from 1.</param>
/// <param name="Shards">Shard tasks that it computed.</param>
/// <param name="Share">Of all shard tasks, 0 to 1.</param>
/// <param name="ComputeSeconds">Mathematics.</param>
/// <param name="TransferSeconds">Parameters, gradients and messages on their way.</param>
/// <param name="WaitSeconds">Waiting for servers and for slower workers.</param>
/// <param name="IsSlowest">Whether it took longest for a shard.</param>
internal sealed record WorkerResult(
    int Worker,
    int Shards,
    double Share,
    double ComputeSeconds,
    double TransferSeconds,
    double WaitSeconds,
    bool IsSlowest)
{
    /// <summary>One for each worker; null where there is nobody to compare with.</summary>
    public static IReadOnlyList<WorkerResult>? Of(IReadOnlyList<WorkerTiming> workers)
    {
        if (SlowestWorker.Of(workers) is not { } slowest)
            return null;
        double shards = workers.Sum(worker => worker.ShardCount);
        return
        [
            .. workers.Select(worker => new WorkerResult(
                worker.Worker.Index + 1,
                worker.ShardCount,
                worker.ShardCount / shards,
                worker.Compute.TotalSeconds,
                worker.Transfer.TotalSeconds,
                worker.Wait.TotalSeconds,
                worker.Worker.Index == slowest.Index)),
        ];
    }
}
