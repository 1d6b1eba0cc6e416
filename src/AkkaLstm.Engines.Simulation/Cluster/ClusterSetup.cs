using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation;

/// <summary>What a cluster runs and how it is made up.</summary>
internal sealed record ClusterSetup
{
    /// <summary>The job, with its run identity and starting point.</summary>
    public required JobDescription Job { get; init; }

    /// <summary>The numeric decisions.</summary>
    public required IJobPolicy Policy { get; init; }

    /// <summary>The mathematics.</summary>
    public required IWorkExecutorFactory Executors { get; init; }

    /// <summary>Where a crash in a write leaves a part; null where nobody looks.</summary>
    public ICheckpointDisk? Disk { get; init; }

    /// <summary>How many servers there are.</summary>
    public required ClusterShape Shape { get; init; }

    /// <summary>Deadlines of the roles.</summary>
    public required ProtocolOptions Options { get; init; }

    /// <summary>Addresses of all servers.</summary>
    public IEnumerable<NodeId> ServerIds => Enumerable.Range(0, Shape.SeatCount).Select(NodeId.Server);

    /// <summary>
    /// A fresh role for an incarnation of a node. A coordinator that is not the run's first begins at the newest
    /// whole checkpoint, as a process would that is started again.
    /// </summary>
    /// <param name="id">The node.</param>
    /// <param name="incarnation">Counts its restarts.</param>
    /// <param name="nextTerm">Counts the starts of coordinators, from 1.</param>
    public IRole CreateRole(NodeId id, int incarnation, Func<long> nextTerm) => id.Role switch
    {
        NodeRole.Coordinator => CreateCoordinator(nextTerm()),
        NodeRole.Server => new ParameterServer(Job.RunId, incarnation, Options),
        _ => new Worker(Job.RunId, incarnation, Options),
    };

    private Coordinator CreateCoordinator(long term) =>
        new((term == 1 ? Job : JobFromDisk()) with { Term = term }, Policy, Shape, Options);

    private JobDescription JobFromDisk()
    {
        (string Id, JobProgress Progress)? newest = Disk?.NewestValid();
        return Job with { Start = newest?.Progress ?? JobProgress.Initial, RestoreFrom = newest?.Id };
    }
}
