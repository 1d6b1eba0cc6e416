using AkkaLstm.Cli.Cluster.Logs;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Engines.Sockets;
using Microsoft.Extensions.Logging;

namespace AkkaLstm.Cli.Cluster;

/// <summary>Runs a server or worker in this process until the job is over.</summary>
internal static class MemberNode
{
    /// <summary>Takes part.</summary>
    /// <param name="context">When to leave.</param>
    /// <param name="log">The node's log.</param>
    /// <param name="options">Role and addresses.</param>
    /// <param name="cache">Where files from the coordinator are kept.</param>
    /// <param name="stop">Stops at once.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        CommandContext context, ILogger log, MemberOptions options, string cache, CancellationToken stop)
    {
        using var job = new OpenedJob(cache, log);
        MemberOutcome outcome = await SocketsMember.RunAsync(job.OpenAsync, options, context.Interrupts.Token, stop);
        switch (outcome.End)
        {
            case MemberEnd.Stopped:
                log.Ended(outcome.Reason);
                return ExitCode.Done;
            case MemberEnd.CoordinatorLost:
                log.Failed(outcome.Reason);
                return ExitCode.ClusterLost;
            default:
                log.Failed(outcome.Reason);
                return ExitCode.Failed;
        }
    }
}
