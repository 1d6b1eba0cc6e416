using AkkaLstm.Cli.Hosting;
using AkkaLstm.Data;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Bench;

/// <summary>Speed of whole training steps by number of workers.</summary>
/// <param name="Shape">B, T, embedding, H, L.</param>
/// <param name="Workers">W.</param>
/// <param name="OneMs">Milliseconds of a step with one worker.</param>
/// <param name="ManyMs">Milliseconds of a step with W workers.</param>
/// <param name="Speedup">One over many, turn by turn.</param>
internal sealed record ScalingSpeed(LstmShape Shape, int Workers, Sample OneMs, Sample ManyMs, Sample Speedup);

/// <summary>
/// Measures how training gains from workers: whole steps of a character model on generated text, with
/// coordinator, server, workers and optimizer, as train runs them.
/// </summary>
internal static class WorkerScaling
{
    private const int WarmUpSteps = 4;
    private const int MeasuredSteps = 12;

    /// <summary>Trains in turn with one worker and with many.</summary>
    public static async Task<ScalingSpeed> MeasureAsync(
        LstmShape shape, int workers, int repetitions, CancellationToken stop)
    {
        string directory = Directory.CreateTempSubdirectory("akkalstm-bench-").FullName;
        try
        {
            string text = Path.Combine(directory, "text.txt");
            await File.WriteAllTextAsync(
                text, RandomText(2 * shape.B * shape.T * (WarmUpSteps + MeasuredSteps)), stop);
            TrainingPlan plan = TrainingPlan.Resolve(new PlanOptions
            {
                Task = DataTask.CharLm,
                Data = text,
                ValidFraction = 0,
                TestFraction = 0,
                Embedding = shape.I,
                Hidden = shape.H,
                Layers = shape.L,
                Dropout = 0,
                Batch = shape.B,
                Window = shape.T,
                Epochs = 1,
                Steps = WarmUpSteps + MeasuredSteps,
            });
            double[] one = new double[repetitions], many = new double[repetitions], speedups = new double[repetitions];
            for (int i = 0; i < repetitions; i++)
            {
                one[i] = await StepMsAsync(plan, 1, Path.Combine(directory, $"one-{i}"), stop);
                many[i] = await StepMsAsync(plan, workers, Path.Combine(directory, $"many-{i}"), stop);
                speedups[i] = one[i] / many[i];
            }

            return new ScalingSpeed(shape, workers, Sample.Of(one), Sample.Of(many), Sample.Of(speedups));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<double> StepMsAsync(
        TrainingPlan plan, int workers, string directory, CancellationToken stop)
    {
        var options = new RunOptions
        {
            Workers = workers,
            Threads = workers,
            OutputDirectory = directory,
            Checkpoints = new CheckpointSchedule { AtEpochEnd = false, Every = null },
            MetricsEverySteps = 0,
        };
        var watch = new StepWatch();
        await TrainingSession.RunAsync(plan, options, InProcessJobs.Engine, watch, stop);
        stop.ThrowIfCancellationRequested();
        return watch.MeanMs;
    }

    private static string RandomText(int length)
    {
        const string characters = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ.,;:!?\n";
        var random = new Random(1);
        return string.Create(length, random, static (span, r) =>
        {
            foreach (ref char c in span)
                c = characters[r.Next(characters.Length)];
        });
    }

    /// <summary>Times the steps after the warm-up.</summary>
    private sealed class StepWatch : ITrainingObserver
    {
        private TimeSpan _start;
        private TimeSpan _end;
        private int _steps;

        public double MeanMs => (_end - _start).TotalMilliseconds / _steps;

        public void OnStep(StepReport step)
        {
            if (step.Step == WarmUpSteps)
            {
                _start = step.Elapsed;
            }
            else if (step.Step > WarmUpSteps)
            {
                _end = step.Elapsed;
                _steps++;
            }
        }

        public void OnStarted(TrainingStarted started)
        {
        }

        public void OnEpoch(EpochReport epoch)
        {
        }

        public void OnForecast(ScalingForecast forecast)
        {
        }

        public void OnNotice(RunNotice notice)
        {
        }
    }
}
