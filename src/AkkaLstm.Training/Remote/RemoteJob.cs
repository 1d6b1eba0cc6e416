using AkkaLstm.Data;
using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Execution;
using AkkaLstm.Training.Execution.Payloads;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Remote;

/// <summary>
/// A job of a coordinator elsewhere, opened on this machine: plan and data come by content hash, and are verified to be
/// the same as there before anything is computed. One for each worker or server that is alone in its process.
/// </summary>
public sealed class RemoteJob : IDisposable
{
    /// <summary>Bytes that a cache keeps where nothing else is said: 8 GiB.</summary>
    public const long DefaultCacheBytes = ContentCache.DefaultMaxBytes;

    // Not disposed itself: it has no handle, and Dispose may be called twice.
    private readonly CancellationTokenSource _disposed;

    private RemoteJob(JobOffer offer, JobContext context, CancellationTokenSource disposed)
    {
        _disposed = disposed;
        RunId = offer.RunId;
        PlanHash = offer.PlanHash;
        DataHash = offer.DataHash;
        Protocol = offer.Protocol;
        Executors = new MathExecutorFactory(context, checkpoints: null);
        Codec = new PayloadCodec(context, keepsCarries: false);
    }

    /// <summary>Identity of the run: messages of other runs are not for this job. It outlives its coordinators.</summary>
    public string RunId { get; }

    /// <summary>Hash of the plan, the same as the coordinator's.</summary>
    public string PlanHash { get; }

    /// <summary>Hash of the data's contents, the same as the coordinator's.</summary>
    public string DataHash { get; }

    /// <summary>Deadlines of the roles, as the coordinator wants them.</summary>
    public ProtocolOptions Protocol { get; }

    /// <summary>The mathematics of workers and servers.</summary>
    public IWorkExecutorFactory Executors { get; }

    /// <summary>Payloads as they travel.</summary>
    public IPayloadCodec Codec { get; }

    /// <summary>Reads the offer, fetches what is missing, and opens the job.</summary>
    /// <param name="fetch">Brings files of the coordinator, now and later, when a server starts from a checkpoint: from the
    /// threads of executors then, until the job is disposed.</param>
    /// <param name="cacheDirectory">Where files are kept for the next time; may be shared with other processes.</param>
    /// <param name="cacheBytes">Most bytes that are kept there.</param>
    /// <param name="allocate">Gives zeros of a length for what other processes are to have, from a cache line on and never
    /// to be moved, or null where they need not be its own; null: it never has any.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="BadInputException">What the coordinator offers cannot be used: one line.</exception>
    /// <exception cref="StorageException">The cache cannot be written.</exception>
    public static async Task<RemoteJob> OpenAsync(
        FetchFile fetch,
        string cacheDirectory,
        long cacheBytes = DefaultCacheBytes,
        Func<int, Memory<float>?>? allocate = null,
        CancellationToken stop = default)
    {
        var cache = new ContentCache(cacheDirectory, cacheBytes, TimeProvider.System);
        JobOffer offer = await FetchOfferAsync(fetch, cache, stop);
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string option, OfferedFile file) in offer.Files.Where(entry => entry.Key != JobOffer.InitFrom))
            paths[option] = await cache.GetAsync(file, fetch, stop);

        TrainingPlan plan = offer.Resolve(paths.GetValueOrDefault);
        DataSet data = DataSets.Open(plan.ToDataOptions());
        if (data.Hash != offer.DataHash)
        {
            throw new BadInputException(
                $"the data that the coordinator offers has hash {data.Hash[..12]}, and it trains on {offer.DataHash[..12]}; "
                + "its files were changed, restore them and resume the run");
        }

        var disposed = new CancellationTokenSource();
        var card = new ModelCard(plan, data.Hash, plan.ToModelSpec(data.Shape), data.Artifacts);
        var states = new RemoteStates(
            card, offer.Files.GetValueOrDefault(JobOffer.InitFrom), cache, fetch, disposed.Token);
        var context = new JobContext(plan, data, states)
        {
            HasAllServers = false,
            ServerThreads = Environment.ProcessorCount,
            Allocate = length => allocate?.Invoke(length) ?? new AlignedBuffer(length).Memory,
        };
        return new RemoteJob(offer, context, disposed);
    }

    /// <summary>Ends what is being fetched. Results of executors stay readable.</summary>
    public void Dispose() => _disposed.Cancel();

    private static async Task<JobOffer> FetchOfferAsync(FetchFile fetch, ContentCache cache, CancellationToken stop)
    {
        string path = cache.NewTemporaryPath();
        try
        {
            await fetch(OfferedFiles.JobName, path, JobOffer.MaxBytes, stop);
            if (new FileInfo(path).Length > JobOffer.MaxBytes)
                throw new BadInputException("the coordinator's job cannot be used: it is too long");
            return JobOffer.Parse(await File.ReadAllBytesAsync(path, stop));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
