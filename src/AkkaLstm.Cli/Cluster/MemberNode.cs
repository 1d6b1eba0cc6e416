using AkkaLstm.Cli.Cluster.Logs;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Engines.Sockets;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Remote;
using AkkaLstm.Wire.Nodes;
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
        RemoteJob? opened = null;
        try
        {
            MemberOutcome outcome = await SocketsMember.RunAsync(
                async (fetch, token) =>
                {
                    opened?.Dispose();
                    opened = await RemoteJob.OpenAsync(FetchTo(fetch), cache, RemoteJob.DefaultCacheBytes, token);
                    return new MemberJob(
                        opened.RunId,
                        opened.PlanHash,
                        opened.DataHash,
                        opened.Protocol,
                        log.IsEnabled(LogLevel.Debug) ? new LoggedExecutors(log, opened.Executors) : opened.Executors,
                        opened.Codec);
                },
                options,
                context.Interrupts.Token,
                stop);
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
        finally
        {
            opened?.Dispose();
        }
    }

    internal static FetchFile FetchTo(FileFetch fetch) => async (name, path, maxBytes, stop) =>
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
            await fetch(name, file, maxBytes, stop);
        }
        catch (FileNotFoundException e)
        {
            throw new BadInputException(e.Message, e);
        }
    };
}
