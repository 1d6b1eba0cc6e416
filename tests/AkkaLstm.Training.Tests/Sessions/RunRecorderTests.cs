using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Policies;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Sessions;

/// <summary>What a killed run left in metrics.jsonl, and what the next one makes of it.</summary>
public sealed class RunRecorderTests : IDisposable
{
    private const string Step = """{"type":"step","step":4,"epoch":0,"loss":1}""";
    private const string Epoch = """{"type":"epoch","step":4,"epoch":0,"trainingLoss":1}""";
    private const string NextStep = """{"type":"step","step":5,"epoch":1,"loss":1}""";

    private readonly TemporaryDirectory _directory = new();
    private readonly RunDirectory _run;

    public RunRecorderTests()
    {
        _run = RunDirectory.Create(_directory["run"], Fixtures.SmallPlan());
    }

    public void Dispose()
    {
        _run.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Open_EpochThatTheCheckpointLeavesOpen_IsRemoved() =>
        Assert.Equal([Step], AfterOpening([Step, Epoch], new JobProgress { Step = 4, Epoch = 0, StepInEpoch = 4 }));

    [Fact]
    public void Open_EpochThatTheCheckpointHasClosed_Stays() =>
        Assert.Equal([Step, Epoch], AfterOpening([Step, Epoch, NextStep], new JobProgress { Step = 4, Epoch = 1 }));

    [Theory]
    [InlineData("""{"type":"step","step":"5"}""")]
    [InlineData("""{"type":"step","step":5.5}""")]
    [InlineData("[5]")]
    [InlineData("5")]
    public void Open_LineThatIsNoMetrics_IsRemoved(string line) =>
        Assert.Equal([Step], AfterOpening([Step, line], new JobProgress { Step = 4, Epoch = 1 }));

    [Fact]
    public void Record_EpochThatAnEarlierProcessRecorded_WritesNothing()
    {
        string[] lines = AfterOpening([Step, Epoch], new JobProgress { Step = 4, Epoch = 1 }, recorder =>
        {
            recorder.Record(TimeSpan.Zero, NodeId.Coordinator, Closed(epoch: 0, step: 4));
            recorder.Record(TimeSpan.Zero, NodeId.Coordinator, Closed(epoch: 1, step: 8));
        });

        Assert.Equal(3, lines.Length);
        Assert.Contains("\"epoch\":1", lines[2], StringComparison.Ordinal);
    }

    private static EpochClosed Closed(int epoch, long step) => new(
        new Fence("run", 1, 1, step), epoch, new LossTotal(2, 1, 0), null, new EpochDecision("", IsBest: false, Stop: false), []);

    private string[] AfterOpening(string[] lines, JobProgress start, Action<RunRecorder>? record = null)
    {
        File.WriteAllLines(_run.MetricsPath, lines);
        TrainingPlan plan = Fixtures.SmallPlan();
        using (var observer = new RecordingObserver())
        using (var recorder = new RunRecorder(
            _run,
            new JobPolicy(plan, stepsPerEpoch: 4),
            observer,
            new StepForecaster(plan.Batch, plan.Shards, 1),
            isClassification: false,
            metricsEverySteps: 1,
            start,
            () => { }))
        {
            record?.Invoke(recorder);
        }

        return File.ReadAllLines(_run.MetricsPath);
    }
}
