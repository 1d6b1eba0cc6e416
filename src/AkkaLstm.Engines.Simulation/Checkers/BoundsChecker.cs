using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Simulation.Checkers;

/// <summary>
/// Queues stay bounded: one order at a time with an executor, a bounded answer to each input, a bounded number of
/// messages under way and in the mailbox of a node that is held.
/// </summary>
internal sealed class BoundsChecker(SimulatedCluster cluster, int shardCount) : IClusterObserver
{
    /// <summary>Inputs that may wait for a held node: what all others send it in the longest pause.</summary>
    private const int MailboxBound = 4096;

    /// <inheritdoc/>
    public void OnHandled(SimulatedNode node, RoleInput input, int effectCount)
    {
        if (input is TimerFired)
            CheckMailboxes();

        // At most every shard of a finished assignment pushed to every node, and one line for each.
        int effectBound = 16 + (8 * cluster.Nodes.Count * shardCount);
        if (effectCount > effectBound)
            Checks.Wrong($"{node}: {effectCount} effects of one {input.GetType().Name}, more than {effectBound}");
        if (node.Running.Count > 1)
            Checks.Wrong($"{node}: {node.Running.Count} orders at a time with its executor");
        int flightBound = 64 * cluster.Nodes.Count * cluster.Nodes.Count * Math.Max(4, shardCount);
        if (cluster.Network.InFlightCount > flightBound)
            Checks.Wrong($"{cluster.Network.InFlightCount} messages under way, more than {flightBound}");
    }

    private void CheckMailboxes()
    {
        foreach (SimulatedNode node in cluster.Nodes)
        {
            if (node.Mailbox.Count > MailboxBound)
                Checks.Wrong($"{node}: {node.Mailbox.Count} inputs wait, more than {MailboxBound}");
        }
    }
}
