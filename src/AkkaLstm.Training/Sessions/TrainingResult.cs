using AkkaLstm.Data;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Planning;

namespace AkkaLstm.Training.Sessions;

/// <summary>How a training run ended.</summary>
public enum TrainingStatus
{
    /// <summary>All epochs or steps are done, or early stopping ended it.</summary>
    Completed,

    /// <summary>Stopped on request, after a checkpoint; it can be resumed.</summary>
    Interrupted,

    /// <summary>The job cannot go on: its mathematics or its disk failed.</summary>
    Failed,

    /// <summary>The cluster has lost what the job needs to go on.</summary>
    LostCluster,
}

/// <summary>What came out of a training run.</summary>
public sealed record TrainingResult
{
    /// <summary>How it ended.</summary>
    public required TrainingStatus Status { get; init; }

    /// <summary>One line for the user where it did not complete; else null.</summary>
    public string? Reason { get; init; }

    /// <summary>The run directory.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>Closed steps.</summary>
    public required long Steps { get; init; }

    /// <summary>Finished epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>Whether early stopping ended it before all epochs.</summary>
    public bool IsStoppedEarly { get; init; }

    /// <summary>Whether that was because enough of the validation's answers were right.</summary>
    public bool IsAccuracyReached { get; init; }

    /// <summary>Mean training loss of the last finished epoch; null where none was finished.</summary>
    public double? TrainingLoss { get; init; }

    /// <summary>Validation loss of the last finished epoch; null where there is none.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Best validation loss of all epochs; null where there is none.</summary>
    public double? BestValidationLoss { get; init; }

    /// <summary>The epoch of <see cref="BestValidationLoss"/>, from 0.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>Directory of the newest checkpoint; null where none was written.</summary>
    public string? LastCheckpoint { get; init; }

    /// <summary>
    /// Directory of the best checkpoint, the one other commands use; null where none was written.
    /// </summary>
    public string? BestCheckpoint { get; init; }

    /// <summary>SHA-256 over all parameters of <see cref="LastCheckpoint"/> in layout order.</summary>
    public string? ParameterHash { get; init; }

    /// <summary>
    /// Figures of the best checkpoint on the test split, with the baselines; null where there is no test split
    /// or the run is not complete.
    /// </summary>
    public EvaluationReport? Test { get; init; }

    /// <summary>Mean loss of the best checkpoint on the test split; null as <see cref="Test"/>.</summary>
    public double? TestLoss { get; init; }

    /// <summary>Time from the call to its end.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Time spent on training steps and validation alone.</summary>
    public required TimeSpan TrainingTime { get; init; }

    /// <summary>Counted elements trained on per second of <see cref="TrainingTime"/>, in this call.</summary>
    public required double TargetsPerSecond { get; init; }

    /// <summary>What each worker did in this call, in order of index.</summary>
    public IReadOnlyList<WorkerTiming> Workers { get; init; } = [];

    /// <summary>What other numbers of workers would have brought; null where the run was too short to say.</summary>
    public ScalingForecast? Forecast { get; init; }
}
