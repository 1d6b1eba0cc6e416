using System.Net;
using AkkaLstm.Engines.Sockets;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Cluster;

/// <summary>Brings training and the sockets engine together; neither knows the other.</summary>
internal static class SocketsJobs
{
    /// <summary>Runs jobs on processes of this machine, which it starts and starts again when they die.</summary>
    /// <param name="notice">Hears of processes that died, a line each.</param>
    public static JobEngine OnThisMachine(Action<string> notice) => async (job, stop) =>
    {
        await using var nodes = new NodeProcesses("sockets", notice);
        ProtocolOptions protocol = ClusterJobs.OnThisMachine(job.Options);
        SocketsOptions options = Options(job, protocol) with
        {
            Links = new LinkOptions { Tensors = new() { Defect = e => notice(e.ToString()) } },
            Listening = coordinator => nodes.Start(
                coordinator.ToString(), job.Options.Workers, ClusterJobs.Shape(job.Options).SeatCount),
        };
        return await SocketsEngine.RunAsync(ClusterJobs.Offer(job, protocol), options, stop);
    };

    /// <summary>Runs jobs on nodes that join.</summary>
    /// <param name="listen">Where the coordinator listens.</param>
    /// <param name="links">Certificate.</param>
    /// <param name="listening">Hears where it listens.</param>
    /// <param name="notice">Hears of lost links and of callers that were turned away.</param>
    public static JobEngine OnNodesThatJoin(
        IPEndPoint listen, LinkOptions links, Action<IPEndPoint> listening, Action<string> notice) => (job, stop) =>
    {
        ProtocolOptions protocol = ClusterJobs.WithNodesThatJoin(job.Options);
        SocketsOptions options = Options(job, protocol) with
        {
            Listen = listen, Links = links, Listening = listening, Notice = notice,
        };
        return SocketsEngine.RunAsync(ClusterJobs.Offer(job, protocol), options, stop);
    };

    private static SocketsOptions Options(EngineJob job, ProtocolOptions protocol) => new()
    {
        Shape = ClusterJobs.Shape(job.Options), Protocol = protocol,
    };
}
