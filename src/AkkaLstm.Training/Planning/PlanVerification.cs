using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Training.Planning;

/// <summary>A prediction beside what the in-process engine then took.</summary>
/// <param name="Workers">W.</param>
/// <param name="PredictedSeconds">Of a step.</param>
/// <param name="MeasuredSeconds">Of a step; the median of the run.</param>
public sealed record VerifiedStep(int Workers, double PredictedSeconds, double MeasuredSeconds)
{
    /// <summary>Predicted by measured; 1 where the model is right.</summary>
    public double Ratio => PredictedSeconds / MeasuredSeconds;
}

/// <summary>Holds the planner's local predictions against training itself.</summary>
public static class PlanVerification
{
    private const int LeastSteps = 12;
    private const int MostSteps = 2_000;
    private const int EpochsEnough = 1_000_000;

    /// <summary>Time a run should take; the first quarter of its steps is warm-up.</summary>
    private const double RunSeconds = 2;

    /// <summary>Trains some steps with so many workers and compares.</summary>
    /// <param name="plan">The job.</param>
    /// <param name="costs">What was measured just before.</param>
    /// <param name="workers">W.</param>
    /// <param name="engine">The in-process engine.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<VerifiedStep> VerifyAsync(
        TrainingPlan plan, StepCosts costs, int workers, JobEngine engine, CancellationToken stop)
    {
        double predicted = new CapacityPlanner(costs, link: null).RowOf(plan.Shards, workers).Step.StepSeconds;
        int steps = (int)Math.Clamp(RunSeconds / predicted, LeastSteps, MostSteps);
        TrainingPlan run = TrainingPlan.Resolve(
            plan.Options with { Steps = steps, Epochs = EpochsEnough, Patience = 0 });
        string directory = Directory.CreateTempSubdirectory("akkalstm-plan-").FullName;
        try
        {
            var options = new RunOptions
            {
                Workers = workers,
                Threads = workers,
                OutputDirectory = Path.Combine(directory, "run"),
                Checkpoints = new CheckpointSchedule { AtEpochEnd = false, Every = null },
                MetricsEverySteps = 0,
            };
            var watch = new StepWatch();
            TrainingResult result = await TrainingSession.RunAsync(run, options, engine, watch, stop);
            stop.ThrowIfCancellationRequested();
            return result.Status == TrainingStatus.Completed
                ? new VerifiedStep(workers, predicted, Medians.Of([.. watch.Seconds.Skip(steps / 4)]))
                : throw new InvalidOperationException($"The steps to compare with failed: {result.Reason}");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private sealed class StepWatch : ITrainingObserver
    {
        public List<double> Seconds { get; } = [];

        public void OnStep(StepReport step) => Seconds.Add(step.Duration.TotalSeconds);

        public void OnStarted(TrainingStarted started)
        {
            // Only steps count.
        }

        public void OnEpoch(EpochReport epoch)
        {
            // Only steps count.
        }

        public void OnForecast(ScalingForecast forecast)
        {
            // It is what is being checked.
        }

        public void OnNotice(RunNotice notice)
        {
            // Only steps count.
        }
    }
}
