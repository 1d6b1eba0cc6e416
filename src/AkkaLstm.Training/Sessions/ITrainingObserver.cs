using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Sessions;

/// <summary>
/// Hears of a training run's progress. Calls come one at a time, from the run's own threads: implementations
/// return quickly and do not throw.
/// </summary>
public interface ITrainingObserver
{
    /// <summary>Once, before the first step.</summary>
    void OnStarted(TrainingStarted started);

    /// <summary>After every closed step.</summary>
    void OnStep(StepReport step);

    /// <summary>After every epoch, with its validation.</summary>
    void OnEpoch(EpochReport epoch);

    /// <summary>
    /// At most once, when enough steps have been seen to say what other numbers of workers would bring.
    /// </summary>
    void OnForecast(ScalingForecast forecast);

    /// <summary>
    /// When something happened that a person may want to know: a checkpoint, a restarted worker, a damaged
    /// file.
    /// </summary>
    void OnNotice(RunNotice notice);
}

/// <summary>What is about to be trained.</summary>
/// <param name="RunDirectory">Where everything is written.</param>
/// <param name="Plan">The resolved plan.</param>
/// <param name="ParameterCount">Floats of the model.</param>
/// <param name="StepsPerEpoch">Steps of an epoch.</param>
/// <param name="EpochCount">Most epochs.</param>
/// <param name="FirstStep">Closed steps at the start: more than 0 after a resume.</param>
/// <param name="ResumedFrom">The checkpoint it goes on from; null for a new run.</param>
/// <param name="DataNotes">What a person should know of the data, a sentence each; null for nothing.</param>
public sealed record TrainingStarted(
    string RunDirectory,
    TrainingPlan Plan,
    long ParameterCount,
    int StepsPerEpoch,
    int EpochCount,
    long FirstStep,
    string? ResumedFrom,
    IReadOnlyList<string>? DataNotes = null);

/// <summary>A closed step.</summary>
/// <param name="Step">Closed steps so far, this one included.</param>
/// <param name="Epoch">Epoch of the step, from 0.</param>
/// <param name="StepInEpoch">Step within the epoch, from 0.</param>
/// <param name="Loss">Mean loss over the step's counted elements.</param>
/// <param name="Count">Counted elements.</param>
/// <param name="LearningRate">Learning rate of the update.</param>
/// <param name="GradientNorm">Global norm of the scaled gradient before clipping.</param>
/// <param name="Elapsed">Time since the run (or its resume) began.</param>
/// <param name="Duration">Time the step took, from assignment to the last server's answer.</param>
/// <param name="Workers">Who computed and for how long, in order of index; null where it is not known.</param>
public readonly record struct StepReport(
    long Step,
    int Epoch,
    int StepInEpoch,
    double Loss,
    long Count,
    double LearningRate,
    double GradientNorm,
    TimeSpan Elapsed,
    TimeSpan Duration,
    IReadOnlyList<WorkerTiming>? Workers = null);

/// <summary>A finished epoch.</summary>
/// <param name="Epoch">Which, from 0.</param>
/// <param name="Step">Closed steps at its end.</param>
/// <param name="TrainingLoss">Mean loss over the epoch's counted elements.</param>
/// <param name="ValidationLoss">Mean loss on the validation split after it; null without one.</param>
/// <param name="ValidationAccuracy">Share of targets whose class had the largest output; null for forecasts or
/// without a split.</param>
/// <param name="IsBest">Whether it is the best epoch so far.</param>
/// <param name="Elapsed">Time since the run (or its resume) began.</param>
public sealed record EpochReport(
    int Epoch,
    long Step,
    double TrainingLoss,
    double? ValidationLoss,
    double? ValidationAccuracy,
    bool IsBest,
    TimeSpan Elapsed);
