using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Execution;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Remote;

/// <summary>
/// States that lie with the coordinator: fetched when a server is told to start from them, verified like local ones, and
/// removed once they are in memory.
/// </summary>
/// <param name="card">The model.</param>
/// <param name="initFrom">The file that the plan starts from; null for none.</param>
/// <param name="cache">Where files go.</param>
/// <param name="fetch">Brings them.</param>
/// <param name="stop">Ends what is being fetched.</param>
internal sealed class RemoteStates(
    ModelCard card, OfferedFile? initFrom, ContentCache cache, FetchFile fetch, CancellationToken stop) : IStateSource
{
    /// <summary>Room for the header of a file of tensors.</summary>
    private const long MaxHeaderBytes = 16 << 20;

    /// <summary>A vocabulary is in the card.</summary>
    private const long MaxCardBytes = 256 << 20;

    private const long MaxManifestBytes = 1 << 20;

    private readonly ParameterLayout _layout = ParameterLayout.For(card.Model);
    private readonly IReadOnlyList<string> _momentNames = card.Plan.ToOptimizerSpec().MomentNames;

    /// <inheritdoc/>
    public TrainingState Initial()
    {
        TrainingPlan plan = card.Plan;
        if (initFrom is not null)
        {
            // Executors work on threads of their own: there is nothing else to do until the file is there.
            string path = cache.GetAsync(initFrom, fetch, stop).GetAwaiter().GetResult();
            plan = TrainingPlan.Resolve(plan.Options with { InitFrom = path });
        }

        return InitialState.Of(plan, card.Model).Create();
    }

    /// <inheritdoc/>
    public TrainingState Checkpoint(string name)
    {
        string directory = cache.NewTemporaryPath();
        try
        {
            var store = new CheckpointStore(directory, card, _momentNames, _ => { });
            FetchAsync(name, store.PathOf(name)).GetAwaiter().GetResult();
            return store.Load(name);
        }
        finally
        {
            if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        }
    }

    private async Task FetchAsync(string name, string path)
    {
        Directory.CreateDirectory(path);
        await FetchAsync(name, CheckpointManifest.FileName, path, MaxManifestBytes);
        CheckpointManifest manifest = CheckpointReader.ReadManifest(path);
        if (manifest.PlanHash != card.PlanHash || manifest.DataHash != card.DataHash)
            throw new BadInputException($"checkpoint {name}: belongs to another plan or other data");
        foreach (string file in CheckpointStore.FileNames.Where(file => file != CheckpointManifest.FileName))
        {
            if (!manifest.Files.TryGetValue(file, out CheckpointFile? expected) || expected.Bytes > MaxBytesOf(file))
                throw new BadInputException($"checkpoint {name}: its {file} is missing or too long; use another checkpoint");
            await FetchAsync(name, file, path, expected.Bytes);
        }
    }

    private Task FetchAsync(string checkpoint, string file, string directory, long maxBytes) =>
        fetch(OfferedFiles.NameOf(checkpoint, file), Path.Combine(directory, file), maxBytes, stop);

    private long MaxBytesOf(string file) => file switch
    {
        CheckpointStore.ParametersName => TensorBytes(_layout.TotalLength),
        CheckpointStore.OptimizerName => TensorBytes((long)_layout.TotalLength * _momentNames.Count),
        CheckpointStore.CarryName => TensorBytes((long)card.Plan.Batch * card.Model.CarryLength),
        _ => MaxCardBytes,
    };

    private static long TensorBytes(long count) => (count * sizeof(float)) + MaxHeaderBytes;
}
