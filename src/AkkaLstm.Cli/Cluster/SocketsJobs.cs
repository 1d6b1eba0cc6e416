using System.Net;
using AkkaLstm.Engines.Sockets;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Cli.Cluster;

/// <summary>Brings training and the sockets engine together; neither knows the other.</summary>
internal static class SocketsJobs
{
    /// <summary>How long a coordinator waits for nodes that somebody has yet to start.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Runs jobs on processes of this machine, which it starts and starts again when they die.</summary>
    /// <param name="notice">Hears of processes that died, a line each.</param>
    public static JobEngine OnThisMachine(Action<string> notice) => async (job, stop) =>
    {
        await using var nodes = new NodeProcesses(notice);
        SocketsOptions options = Options(job.Options, new ProtocolOptions()) with
        {
            Listening = coordinator => nodes.Start(coordinator, job.Options.Workers, SeatCount(job.Options)),
        };
        return await RunAsync(job, options, stop);
    };

    /// <summary>Runs jobs on nodes that join.</summary>
    /// <param name="listen">Where the coordinator listens.</param>
    /// <param name="links">Certificate.</param>
    /// <param name="listening">Hears where it listens.</param>
    /// <param name="notice">Hears of lost links and of callers that were turned away.</param>
    public static JobEngine OnNodesThatJoin(
        IPEndPoint listen, LinkOptions links, Action<IPEndPoint> listening, Action<string> notice) => (job, stop) =>
    {
        var protocol = new ProtocolOptions { GatherTimeout = Patience, MinWorkersTimeout = Patience };
        SocketsOptions options = Options(job.Options, protocol) with
        {
            Listen = listen, Links = links, Listening = listening, Notice = notice,
        };
        return RunAsync(job, options, stop);
    };

    private static int SeatCount(RunOptions options) => new ClusterShape(options.Servers ?? 1, options.ServerReplicas).SeatCount;

    private static SocketsOptions Options(RunOptions options, ProtocolOptions protocol) => new()
    {
        Shape = new ClusterShape(options.Servers ?? 1, options.ServerReplicas),

        // Deadlines between processes are a matter of seconds: looking at them often keeps them sharp.
        Protocol = protocol with { MinWorkers = options.MinWorkers, ReviewInterval = TimeSpan.FromMilliseconds(250) },
    };

    private static Task<JobOutcome> RunAsync(EngineJob job, SocketsOptions options, CancellationToken stop)
    {
        Training.Remote.OfferedFiles files = job.Files!.With(options.Protocol);
        return SocketsEngine.RunAsync(
            new CoordinatorJob(
                job.Description, files.PlanHash, files.DataHash, job.Executors, job.Codec, job.Policy, job.Events, Open),
            options,
            stop);

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
