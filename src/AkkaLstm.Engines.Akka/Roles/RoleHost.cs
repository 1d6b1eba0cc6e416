using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Akka.Roles;

/// <summary>What the actors of one run in this process share.</summary>
/// <param name="peers">Carries their messages.</param>
/// <param name="executors">The mathematics and the disk.</param>
/// <param name="events">Receives what they record; called by one actor at a time.</param>
/// <param name="end">Called by the coordinator with the outcome of the job.</param>
internal sealed class RoleHost(
    IPeers peers, IWorkExecutorFactory executors, IEventSink events, Action<JobOutcome> end)
{
    private readonly Lock _recording = new();

    /// <summary>Carries a role's message.</summary>
    public void Send(NodeId from, SendMessage send) => peers.Send(from, send.To, send.Message);

    /// <summary>A fresh executor for an incarnation of a node.</summary>
    public IWorkExecutor CreateExecutor(NodeId node, int incarnation) => executors.Create(node, incarnation);

    /// <summary>Puts an event into the run's record.</summary>
    public void Record(TimeSpan now, NodeId source, JobEvent what)
    {
        lock (_recording)
            events.Record(now, source, what);
    }

    /// <summary>The job is over.</summary>
    public void End(JobOutcome outcome) => end(outcome);
}
