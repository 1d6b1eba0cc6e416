using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation;

/// <summary>What a simulated cluster trains, opened for one seed: its job, its numbers and its disk.</summary>
public interface IMathematics : IDisposable
{
    /// <summary>
    /// The job; run identity, checkpoint schedule and starting point are set by whoever runs it.
    /// </summary>
    JobDescription Job { get; }

    /// <summary>The numeric decisions.</summary>
    IJobPolicy Policy { get; }

    /// <summary>Executors of all nodes; their checkpoints are on <see cref="Disk"/>.</summary>
    IWorkExecutorFactory Executors { get; }

    /// <summary>The checkpoint store's disk, empty at first.</summary>
    ICheckpointDisk Disk { get; }

    /// <summary>
    /// All processes have ended and another run begins: nothing is left but what is on the disk.
    /// </summary>
    void BeginRun();
}

/// <summary>Opens the mathematics for one seed.</summary>
/// <param name="shape">What the seed asks for; a mathematics with a fixed job may ignore it.</param>
public delegate IMathematics OpenMathematics(JobShape shape);

/// <summary>The numbers of a job that its bits depend on.</summary>
/// <param name="ShardCount">S.</param>
/// <param name="StepsPerEpoch">Steps of an epoch.</param>
/// <param name="EpochCount">Epochs.</param>
/// <param name="ValidationShardCount">Shards of the validation split; 0 for none.</param>
public sealed record JobShape(int ShardCount, int StepsPerEpoch, int EpochCount, int ValidationShardCount)
{
    /// <summary>Steps of the whole job.</summary>
    public int StepCount => StepsPerEpoch * EpochCount;

    /// <summary>The job as the roles want it, from its beginning and without checkpoints.</summary>
    /// <param name="runId">Identity of the run.</param>
    public JobDescription ToJob(string runId) => new()
    {
        RunId = runId,
        ShardCount = ShardCount,
        StepsPerEpoch = StepsPerEpoch,
        EpochCount = EpochCount,
        ValidationShardCount = ValidationShardCount,
        Checkpoints = new CheckpointSchedule { Every = null, AtEpochEnd = false },
    };
}
