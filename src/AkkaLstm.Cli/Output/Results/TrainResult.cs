using AkkaLstm.Cli.Hosting;
using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Output.Results;

/// <summary>What <c>train --json</c> and <c>resume --json</c> print.</summary>
internal sealed record TrainResult
{
    /// <summary>completed, interrupted, failed or lost-cluster.</summary>
    public required TrainingStatus Status { get; init; }

    /// <summary>Why it did not complete.</summary>
    public string? Reason { get; init; }

    /// <summary>Where everything was written.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>Closed steps.</summary>
    public required long Steps { get; init; }

    /// <summary>Finished epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>Whether early stopping ended it.</summary>
    public required bool StoppedEarly { get; init; }

    /// <summary>Of the last epoch.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>Of the last epoch.</summary>
    public double? ValidLoss { get; init; }

    /// <summary>Smallest of all epochs.</summary>
    public double? BestValidLoss { get; init; }

    /// <summary>Epoch of the smallest, from 1.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>Of the best checkpoint.</summary>
    public double? TestLoss { get; init; }

    /// <summary>Figures on the test split, the model first, then the baselines.</summary>
    public IReadOnlyList<MethodResult>? Test { get; init; }

    /// <summary>Classification: which class was taken for which on the test split.</summary>
    public ConfusionResult? Confusion { get; init; }

    /// <summary>SHA-256 over all parameters of the last checkpoint.</summary>
    public string? ParameterSha256 { get; init; }

    /// <summary>The last checkpoint.</summary>
    public string? LastCheckpoint { get; init; }

    /// <summary>The checkpoint that other commands use.</summary>
    public string? BestCheckpoint { get; init; }

    /// <summary>From start to end.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>Counted elements trained on per second.</summary>
    public required double TargetsPerSecond { get; init; }

    /// <summary>What the workers did; null where there was only one.</summary>
    public IReadOnlyList<WorkerResult>? Workers { get; init; }

    /// <summary>What other numbers of workers would bring; null where the run was too short to say.</summary>
    public TrainForecast? Forecast { get; init; }

    /// <summary>How to go on; null where there is nothing to go on with.</summary>
    public string? ResumeCommand { get; init; }

    /// <summary>From the facade's result.</summary>
    public static TrainResult Of(TrainingResult result) => new()
    {
        Status = result.Status,
        Reason = result.Reason,
        RunDirectory = result.RunDirectory,
        Steps = result.Steps,
        Epochs = result.Epochs,
        StoppedEarly = result.IsStoppedEarly,
        TrainLoss = result.TrainingLoss,
        ValidLoss = result.ValidationLoss,
        BestValidLoss = result.BestValidationLoss,
        BestEpoch = result.BestEpoch + 1,
        TestLoss = result.TestLoss,
        Test = result.Test is null ? null : MethodResult.Of(result.Test),
        Confusion = ConfusionResult.Of(result.Test?.Confusion),
        ParameterSha256 = result.ParameterHash,
        LastCheckpoint = result.LastCheckpoint,
        BestCheckpoint = result.BestCheckpoint,
        ElapsedSeconds = result.Elapsed.TotalSeconds,
        TargetsPerSecond = result.TargetsPerSecond,
        Workers = WorkerResult.Of(result.Workers),
        Forecast = result.Forecast is { } forecast ? TrainForecast.Of(forecast) : null,
        ResumeCommand =
            result.Status == TrainingStatus.Completed ? null : ProgramName.Line("resume", result.RunDirectory),
    };
}

/// <summary>What other numbers of workers would bring, each with a core of its own.</summary>
/// <param name="Workers">Workers of the run.</param>
/// <param name="Shards">S.</param>
/// <param name="StepMs">A step of the run.</param>
/// <param name="MoreWorkers">A number of workers further.</param>
/// <param name="MoreSpeedup">How many times as fast as the run they would be.</param>
/// <param name="PayingWorkers">More than these do not pay.</param>
/// <param name="Reason">Why not.</param>
internal sealed record TrainForecast(
    int Workers,
    int Shards,
    double StepMs,
    int MoreWorkers,
    double MoreSpeedup,
    int PayingWorkers,
    StopReason Reason)
{
    /// <summary>From the session's forecast.</summary>
    public static TrainForecast Of(ScalingForecast forecast) => new(
        forecast.Workers,
        forecast.Shards,
        1e3 * forecast.StepSeconds,
        forecast.More,
        forecast.Speedup,
        forecast.PayingWorkers,
        forecast.Reason);
}
