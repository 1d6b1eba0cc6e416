using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Training.Remote;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Cli.Cluster;

/// <summary>What jobs on several processes have in common, whichever engine carries them.</summary>
internal static class ClusterJobs
{
    /// <summary>How a coordinator goes on; one process would do without the nodes that wait for it.</summary>
    public const string GoOn = "start this command line again; in one process: ";

    /// <summary>How long a coordinator waits for nodes that somebody has yet to start.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>How many servers there are, standbys included.</summary>
    public static ClusterShape Shape(RunOptions options) => new(options.Servers ?? 1, options.ServerReplicas);

    /// <summary>Deadlines for processes that this one starts.</summary>
    public static ProtocolOptions OnThisMachine(RunOptions options) => new()
    {
        MinWorkers = options.MinWorkers,

        // Deadlines between processes are a matter of seconds: looking at them often keeps them sharp.
        ReviewInterval = TimeSpan.FromMilliseconds(250),
    };

    /// <summary>Deadlines for nodes that somebody has yet to start.</summary>
    public static ProtocolOptions WithNodesThatJoin(RunOptions options) =>
        OnThisMachine(options) with { GatherTimeout = Patience, MinWorkersTimeout = Patience };

    /// <summary>A job as its coordinator offers it to nodes.</summary>
    /// <param name="job">The job.</param>
    /// <param name="protocol">Deadlines, which nodes get with it.</param>
    public static CoordinatorJob Offer(EngineJob job, ProtocolOptions protocol)
    {
        OfferedFiles files = job.Files!.With(protocol);
        return new CoordinatorJob(
            job.Description, files.PlanHash, files.DataHash, job.Executors, job.Codec, job.Policy, job.Events, Open);

        Stream Open(string name)
        {
            try
            {
                return files.Open(name);
            }
            catch (BadInputException e)
            {
                throw new FileNotFoundException(e.Message, e);
            }
        }
    }
}
