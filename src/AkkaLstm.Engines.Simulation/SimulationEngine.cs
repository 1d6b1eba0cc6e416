using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation;

/// <summary>
/// Runs a job on a simulated cluster, on the calling thread and under a virtual clock: the same job and seed give the
/// same events at the same virtual times. Executors must not wait for one another, as nothing happens meanwhile.
/// </summary>
public static class SimulationEngine
{
    /// <summary>Runs a job to its end.</summary>
    /// <param name="job">What to run.</param>
    /// <param name="executors">The mathematics and the disk.</param>
    /// <param name="policy">The numeric decisions.</param>
    /// <param name="options">The cluster.</param>
    /// <param name="events">Receives progress and decisions.</param>
    /// <param name="stop">Asks the job to finish the step, write a checkpoint and end; looked at between any two
    /// inputs.</param>
    /// <returns>The outcome; failures of the job are outcomes, not exceptions.</returns>
    /// <exception cref="InvalidOperationException">A role threw an exception.</exception>
    public static JobOutcome Run(
        JobDescription job,
        IWorkExecutorFactory executors,
        IJobPolicy policy,
        SimulationOptions options,
        IEventSink events,
        CancellationToken stop)
    {
        var setup = new ClusterSetup
        {
            Job = job,
            Policy = policy,
            Executors = executors,
            Shape = options.Shape,
            Options = options.Protocol,
        };
        var random = new SeededRandom((ulong)options.Seed);
        var agenda = new Agenda();
        var cluster = new SimulatedCluster(setup, agenda, random, new NetworkOptions(), [new Recorder(agenda, events)]);
        IEnumerable<NodeId> ids = setup.ServerIds
            .Concat(Enumerable.Range(0, options.WorkerCount).Select(NodeId.Worker))
            .Prepend(NodeId.Coordinator);
        foreach (NodeId id in ids)
            cluster.Start(cluster.Add(id, new NodeClock(rate: 1, TimeSpan.Zero)));
        try
        {
            RunToEnd(cluster, stop);
        }
        catch (SimulationFailureException failure)
        {
            throw new InvalidOperationException(failure.Message, failure.InnerException);
        }

        return cluster.Outcome!;
    }

    private static void RunToEnd(SimulatedCluster cluster, CancellationToken stop)
    {
        bool hasAsked = false;
        while (cluster.Outcome is null)
        {
            if (!hasAsked && stop.IsCancellationRequested)
            {
                hasAsked = true;
                cluster.Post(cluster.Find(NodeId.Coordinator)!, new StopRequested());
            }
            else if (!cluster.Agenda.TryStep(TimeSpan.MaxValue))
            {
                throw new InvalidOperationException("nothing is left to happen and the job has not ended");
            }
        }
    }

    private sealed class Recorder(Agenda agenda, IEventSink events) : IClusterObserver
    {
        public void OnEffect(SimulatedNode node, RoleInput cause, Effect effect)
        {
            if (effect is RecordEvent record)
                events.Record(agenda.Now, node.Id, record.Event);
        }
    }
}
