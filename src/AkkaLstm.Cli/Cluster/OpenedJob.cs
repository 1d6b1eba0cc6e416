using AkkaLstm.Cli.Cluster.Logs;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Remote;
using AkkaLstm.Wire.Nodes;
using AkkaLstm.Wire.Sharing;
using Microsoft.Extensions.Logging;

namespace AkkaLstm.Cli.Cluster;

/// <summary>The job that a server or worker takes part in; one that is opened after it takes its place.</summary>
/// <param name="cache">Where files from the coordinator are kept.</param>
/// <param name="log">The node's log.</param>
internal sealed class OpenedJob(string cache, ILogger log) : IDisposable
{
    private RemoteJob? _job;

    /// <inheritdoc cref="MemberJobOpener"/>
    public async Task<MemberJob> OpenAsync(FileFetch fetch, CancellationToken stop)
    {
        _job?.Dispose();
        _job = await RemoteJob.OpenAsync(
            FetchTo(fetch), cache, RemoteJob.DefaultCacheBytes, SharedFloats.TryAllocate, stop);
        return new MemberJob(
            _job.RunId,
            _job.PlanHash,
            _job.DataHash,
            _job.Protocol,
            log.IsEnabled(LogLevel.Debug) ? new LoggedExecutors(log, _job.Executors) : _job.Executors,
            _job.Codec);
    }

    /// <inheritdoc/>
    public void Dispose() => _job?.Dispose();

    private static FetchFile FetchTo(FileFetch fetch) => async (name, path, maxBytes, stop) =>
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
