using System.Numerics;

namespace AkkaLstm.Protocol.Jobs;

/// <summary>
/// What the roles must know of a job. Everything that sets the result's bits is in the plan, behind the
/// executors.
/// </summary>
public sealed record JobDescription
{
    /// <summary>Identity of the run; nodes keep what they hold for it over a restart of its coordinator.</summary>
    public required string RunId { get; init; }

    /// <summary>
    /// Above 0, and higher than that of any coordinator of the run before: a count of their starts. A coordinator
    /// that hears of a higher term ends. Default 1.
    /// </summary>
    public long Term { get; init; } = 1;

    /// <summary>S, the number of logical shards; a power of two.</summary>
    public required int ShardCount { get; init; }

    /// <summary>Windows in an epoch.</summary>
    public required int StepsPerEpoch { get; init; }

    /// <summary>Epochs to train for.</summary>
    public required int EpochCount { get; init; }

    /// <summary>
    /// Ends the job after so many steps in all, even in the middle of an epoch; null for no limit.
    /// </summary>
    public long? StepLimit { get; init; }

    /// <summary>Number of validation shards, a power of two; 0 when there is no validation split.</summary>
    public int ValidationShardCount { get; init; }

    /// <summary>When checkpoints are written.</summary>
    public CheckpointSchedule Checkpoints { get; init; } = new();

    /// <summary>Where to go on; from the manifest of the checkpoint <see cref="RestoreFrom"/>.</summary>
    public JobProgress Start { get; init; } = JobProgress.Initial;

    /// <summary>
    /// The checkpoint to go on from, as the executor names it; null for the plan's initial state.
    /// </summary>
    public string? RestoreFrom { get; init; }

    /// <summary>Whether nothing is left to do after so much: the last epoch is closed, the last step was made, or the
    /// policy has ended the job.</summary>
    public bool IsCompleteAt(JobProgress progress) =>
        progress.StepInEpoch < StepsPerEpoch
        && (progress.IsStoppedEarly || progress.Epoch >= EpochCount || progress.Step >= StepLimit);

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ArgumentException">One is out of range; the message says which and what would be
    /// right.</exception>
    public void Validate()
    {
        Require(!string.IsNullOrEmpty(RunId), nameof(RunId), "must not be empty");
        Require(Term >= 1, nameof(Term), $"is {Term}, must be at least 1");
        Require(
            ShardCount >= 1 && BitOperations.IsPow2(ShardCount),
            nameof(ShardCount),
            $"is {ShardCount}, must be a power of two");
        Require(
            ValidationShardCount >= 0 && (ValidationShardCount == 0 || BitOperations.IsPow2(ValidationShardCount)),
            nameof(ValidationShardCount),
            $"is {ValidationShardCount}, must be 0 or a power of two");
        Require(StepsPerEpoch >= 1, nameof(StepsPerEpoch), $"is {StepsPerEpoch}, must be at least 1");
        Require(EpochCount >= 0, nameof(EpochCount), $"is {EpochCount}, must not be negative");
        Require(StepLimit is null or >= 0, nameof(StepLimit), $"is {StepLimit}, must not be negative");
        Require(
            Checkpoints.EverySteps is null or >= 1,
            nameof(Checkpoints),
            $"are due every {Checkpoints.EverySteps} steps, must be at least 1");
        Require(
            Start.Step >= 0 && Start.Epoch >= 0 && Start.StepInEpoch >= 0 && Start.StepInEpoch <= StepsPerEpoch,
            nameof(Start),
            $"is step {Start.StepInEpoch} of epoch {Start.Epoch}, must lie within an epoch's {StepsPerEpoch} steps");
    }

    private static void Require(bool condition, string name, string message)
    {
        if (!condition)
            throw new ArgumentException($"{name} {message}", name);
    }
}
