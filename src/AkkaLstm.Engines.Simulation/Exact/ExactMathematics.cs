using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation.Exact;

/// <summary><see cref="ExactModel"/> with its checkpoints in memory: the mathematics of the many seeds.</summary>
public sealed class ExactMathematics : IMathematics
{
    /// <summary>
    /// Few, so that a step costs next to nothing, and a prime, so that no number of servers divides it evenly.
    /// </summary>
    private const int ParameterCount = 11;

    private readonly ExactStore _store = new();

    private ExactMathematics(JobShape shape)
    {
        Job = shape.ToJob("exact");
        Executors = new ExactFactory(new ExactModel(ParameterCount), _store);
    }

    /// <inheritdoc/>
    public JobDescription Job { get; }

    /// <inheritdoc/>
    public IJobPolicy Policy { get; } = new ExactPolicy();

    /// <inheritdoc/>
    public IWorkExecutorFactory Executors { get; }

    /// <inheritdoc/>
    public ICheckpointDisk Disk => _store;

    /// <summary>Opens it for a job of any shape.</summary>
    public static IMathematics Open(JobShape shape) => new ExactMathematics(shape);

    /// <inheritdoc/>
    public void BeginRun()
    {
        // Executors share nothing but the store.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // All of it is in memory.
    }
}
