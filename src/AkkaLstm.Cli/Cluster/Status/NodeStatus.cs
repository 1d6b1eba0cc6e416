using System.Globalization;
using System.Net;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Cluster.Status;

/// <summary>What a node shows of itself while it runs: counters always, an HTTP port where one is wanted.</summary>
internal sealed class NodeStatus : IEventSink, IAsyncDisposable
{
    private readonly NodeMetrics _metrics = new();
    private readonly StatusServer? _server;
    private readonly bool _isCoordinator;

    /// <summary>Starts to show it.</summary>
    /// <param name="role">The node's role.</param>
    /// <param name="endpoint">Where; null for counters only.</param>
    /// <exception cref="BadInputException">It cannot listen there.</exception>
    public NodeStatus(NodeRole role, IPEndPoint? endpoint)
    {
        _isCoordinator = role == NodeRole.Coordinator;
        Health = new NodeHealth(_isCoordinator ? "no generation has started: nodes are awaited" : "it has no seat: the coordinator is looked for");
        _server = endpoint is null ? null : StatusServer.Start(endpoint, Health, _metrics.Meter);
    }

    /// <summary>Whether the node takes part.</summary>
    public NodeHealth Health { get; }

    /// <summary>The same engine, whose events go to somebody else as well.</summary>
    public static JobEngine Followed(IEventSink follower, JobEngine engine) =>
        (job, stop) => engine(job with { Events = new Both(job.Events, follower) }, stop);

    /// <inheritdoc/>
    public void Record(TimeSpan now, NodeId source, JobEvent what)
    {
        _metrics.Record(what);
        if (!_isCoordinator)
            return; // members are ready while they have a seat, whatever their role records
        switch (what)
        {
            case GenerationStarted or StepClosed:
                Health.Ready();
                break;
            case WorkersAwaited awaited:
                Health.NotReady(string.Create(
                    CultureInfo.InvariantCulture, $"{awaited.ActiveCount} of {awaited.MinWorkers} workers are there"));
                break;
            case NodeLost { Node.Role: NodeRole.Server } lost:
                Health.NotReady($"{lost.Node} is lost");
                break;
            case JobFinished:
                Health.NotReady("the job is over");
                break;
            default:
                break;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _metrics.Dispose();
    }

    private sealed class Both(IEventSink first, IEventSink second) : IEventSink
    {
        public void Record(TimeSpan now, NodeId source, JobEvent what)
        {
            first.Record(now, source, what);
            second.Record(now, source, what);
        }
    }
}
