using System.Diagnostics;
using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Inference;
using AkkaLstm.Training.Policies;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Sessions;

/// <summary>
/// Turns the end of a job into the result of the call: status, losses, hashes, and the test figures of the best
/// checkpoint.
/// </summary>
internal static class SessionEnd
{
    public static TrainingResult Summarise(
        Session session,
        CheckpointStore store,
        ModelSpec spec,
        JobPolicy policy,
        RunRecorder recorder,
        JobOutcome outcome)
    {
        JobProgress progress = outcome.Progress;
        PolicyState state = policy.StateAt(progress);
        TrainingStatus status = recorder.Failure is null ? StatusOf(outcome.Kind) : TrainingStatus.Failed;
        string? last = outcome.CheckpointId is { } name ? store.PathOf(name) : null;
        string? best = store.FindBest()?.Name;
        EvaluationResult? test = status == TrainingStatus.Completed
            && best is not null
            && session.Data.Has(DataSplit.Test)
            ? SplitRun.Evaluate(
                spec,
                store.Load(best).Parameters,
                session.Data,
                DataSplit.Test,
                session.Plan.Shards,
                Math.Max(session.Options.Threads, session.Options.Workers))
            : null;
        return new TrainingResult
        {
            Status = status,
            Reason = recorder.Failure?.Message ?? outcome.Reason,
            RunDirectory = session.Directory.FullPath,
            Steps = progress.Step,
            Epochs = progress.Epoch,
            IsStoppedEarly = progress.IsStoppedEarly,
            IsAccuracyReached = state.IsAccuracyReached == true,
            TrainingLoss = state.TrainingLoss,
            ValidationLoss = state.ValidationLoss,
            BestValidationLoss = state.ValidationLoss is null ? null : state.BestLoss,
            BestEpoch = state.BestLoss is null ? null : state.BestEpoch,
            LastCheckpoint = last,
            BestCheckpoint = best is null ? null : store.PathOf(best),
            ParameterHash = last is null ? null : CheckpointReader.TryReadManifest(last)?.ParameterHash,
            Test = test?.Report,
            TestLoss = test?.Loss,
            Elapsed = Stopwatch.GetElapsedTime(session.StartTimestamp),
            TrainingTime = recorder.StepTime,
            TargetsPerSecond = recorder.StepTime > TimeSpan.Zero
                ? recorder.TargetCount / recorder.StepTime.TotalSeconds
                : 0,
            Workers = recorder.Workers,
            Forecast = recorder.Forecast,
        };
    }

    private static TrainingStatus StatusOf(JobOutcomeKind kind) => kind switch
    {
        JobOutcomeKind.Completed => TrainingStatus.Completed,
        JobOutcomeKind.Stopped => TrainingStatus.Interrupted,
        JobOutcomeKind.LostCluster => TrainingStatus.LostCluster,
        _ => TrainingStatus.Failed,
    };
}
