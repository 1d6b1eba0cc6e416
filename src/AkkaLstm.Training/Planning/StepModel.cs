using AkkaLstm.Protocol;

namespace AkkaLstm.Training.Planning;

/// <summary>
/// Predicts the time of a training step from measured costs. Symbols and formulas: docs/PERFORMANCE.md, Planning.
/// The step is the protocol's: nothing overlaps that the roles do one after the other. A worker sends the gradient
/// of a subtree while it computes the next; a step begins when the one before is closed.
/// </summary>
public static class StepModel
{
    /// <summary>
    /// Messages that follow one another in a step: assigned, pull, pulled, push, reduced, apply, updated.
    /// </summary>
    public const int SerialHops = 7;

    /// <summary>All messages of a step with one worker and one server, some of them side by side.</summary>
    private const int MessagesOfEmptyStep = 8;

    /// <summary>A step of the in-process engine: nothing is copied, cores are shared.</summary>
    /// <param name="costs">Measured costs.</param>
    /// <param name="shards">S.</param>
    /// <param name="workers">W.</param>
    /// <param name="servers">K.</param>
    public static StepPrediction Local(StepCosts costs, int shards, int workers, int servers)
    {
        CheckCounts(shards, workers, servers);
        Share[] shares = Shares(costs, shards, workers);
        int threads = Math.Min(costs.Cores, shares.Length);
        double crowd = costs.Cores == 1
            ? 1
            : 1 + ((costs.CrowdFactor - 1) * (threads - 1) / (costs.Cores - 1));
        double all = shares.Sum(share => share.Seconds);
        double slowest = Math.Max(shares.Max(share => share.Seconds), all / costs.Cores);

        // Servers work on whichever thread is free; there are as many threads as workers or servers.
        int serverThreads = Math.Min(costs.Cores, Math.Max(workers, servers));
        double busiest = Math.Max(costs.LargestSliceShare(servers), 1.0 / serverThreads);
        return new StepPrediction(
            workers,
            servers,
            shards,
            shares.Length,
            (costs.PackSeconds / threads) + (crowd * slowest),
            TransferSeconds: 0,
            busiest * ServerSeconds(costs, shares),
            costs.EmptyStepSecondsOf(workers));
    }

    /// <summary>A step of W + K nodes and a coordinator, each with one core for this and one link.</summary>
    /// <param name="costs">Measured costs.</param>
    /// <param name="shards">S.</param>
    /// <param name="workers">W.</param>
    /// <param name="servers">K.</param>
    /// <param name="link">Every node's link.</param>
    public static StepPrediction Networked(StepCosts costs, int shards, int workers, int servers, NetworkLink link)
    {
        CheckCounts(shards, workers, servers);
        Share[] shares = Shares(costs, shards, workers);
        double slice = costs.LargestSliceShare(servers);
        int parts = shares.Sum(share => share.Orders.Length);

        // Each worker pulls everything; the busiest server sends its slice to every worker.
        double pulled = costs.ParameterBytes + costs.CarryBytes;
        double pull = Math.Max(pulled, shares.Length * slice * pulled) / link.BytesPerSecond;

        double compute = costs.PackSeconds + shares.Max(share => share.Seconds);
        double pushed = costs.PackSeconds + PushedAfter(costs, shares, slice, servers, link);

        // One node handles the messages of its kind one after the other: the coordinator those of all workers and
        // servers, a server those of all workers.
        double handling = costs.EmptyStepSecondsOf(1) / MessagesOfEmptyStep;
        double messages = ((3.0 * shares.Length) + (2.0 * parts) + (3.0 * servers)) * handling;
        return new StepPrediction(
            workers,
            servers,
            shards,
            shares.Length,
            compute,
            pull + pushed - compute,
            slice * ServerSeconds(costs, shares),
            (SerialHops * link.LatencySeconds) + messages);
    }

    /// <summary>
    /// When the last gradient is in, counted from packed weights: a worker's link carries its gradients one after the
    /// other, a server's link those of all workers.
    /// </summary>
    private static double PushedAfter(StepCosts costs, Share[] shares, double slice, int servers, NetworkLink link)
    {
        double lastSent = 0;
        double firstReady = double.PositiveInfinity;
        double serverBytes = 0;
        foreach (Share share in shares)
        {
            double computed = 0;
            double sent = 0;
            foreach (Order order in share.Orders)
            {
                computed += order.Seconds;
                firstReady = Math.Min(firstReady, computed);
                double gradient = costs.GradientBytesOf(order.Lanes);
                double carry = costs.CarryBytes * order.Lanes / costs.Batch; // goes to every server
                sent = Math.Max(sent, computed) + ((gradient + (servers * carry)) / link.BytesPerSecond);
                serverBytes += (slice * gradient) + carry;
            }

            lastSent = Math.Max(lastSent, sent);
        }

        return Math.Max(lastSent, firstReady + (serverBytes / link.BytesPerSecond));
    }

    private static double ServerSeconds(StepCosts costs, Share[] shares)
    {
        int parts = shares.Sum(share => share.Orders.Length);
        return costs.ReduceSeconds + ((parts - 1) * costs.ReducePartSeconds) + costs.ApplySeconds;
    }

    /// <summary>Deals the shards out as the coordinator does.</summary>
    private static Share[] Shares(StepCosts costs, int shards, int workers)
    {
        double lanesPerShard = (double)costs.Batch / shards;
        var shares = new List<Share>();
        for (long w = 0; w < workers; w++)
        {
            int start = (int)(w * shards / workers), end = (int)((w + 1) * shards / workers);
            if (start == end)
                continue;
            shares.Add(new Share(
            [
                .. ShardRange.Decompose(start, end).Select(range => new Order(
                    range.Count * lanesPerShard,
                    costs.ComputeSecondsOf(range.Count * lanesPerShard, range.Count))),
            ]));
        }

        return [.. shares];
    }

    private static void CheckCounts(int shards, int workers, int servers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(servers, 1);
    }

    private readonly record struct Order(double Lanes, double Seconds);

    private sealed record Share(Order[] Orders)
    {
        public double Seconds { get; } = Orders.Sum(order => order.Seconds);
    }
}
