using AkkaLstm.Cli.Output.Progress;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Tests.Output;

public class ProgressStateTests
{
    private static readonly TrainingStarted Started =
        new("run", TrainingPlan.Resolve(new PlanOptions()), 100, StepsPerEpoch: 10, EpochCount: 2, FirstStep: 0, null);

    [Fact]
    public void Picture_WorkerThatTakesTwiceAsLong_IsNamedInEveryLine()
    {
        ProgressPicture picture = After(10, 20)!;

        Assert.Equal(1, picture.SlowWorker!.Index);
        const string name = "worker 2 takes 2.0 times as long as the others";
        Assert.EndsWith(name, ProgressLines.Step(picture, Started), StringComparison.Ordinal);
        var epoch = new EpochReport(0, 10, 0.5, null, null, IsBest: true, TimeSpan.FromSeconds(1));
        Assert.EndsWith(name, ProgressLines.Epoch(epoch, Started, picture), StringComparison.Ordinal);
    }

    [Fact]
    public void Picture_WorkersAboutEqual_NamesNobody()
    {
        ProgressPicture picture = After(10, 12)!;

        Assert.Null(picture.SlowWorker);
        Assert.DoesNotContain("worker", ProgressLines.Step(picture, Started), StringComparison.Ordinal);
    }

    [Fact]
    public void Picture_OneWorker_NamesNobody() => Assert.Null(After(10)!.SlowWorker);

    private static ProgressPicture? After(params double[] computeMs)
    {
        var state = new ProgressState();
        state.OnStarted(Started);
        for (int step = 1; step <= 5; step++)
        {
            state.OnStep(new StepReport(
                step, 0, step - 1, 1, 64, 0.1, 1, TimeSpan.FromMilliseconds(20 * step), TimeSpan.FromMilliseconds(20),
                [
                    .. computeMs.Select((ms, w) => new WorkerTiming(
                        NodeId.Worker(w), 4, TimeSpan.FromMilliseconds(ms), TimeSpan.Zero, TimeSpan.Zero)),
                ]));
        }

        return state.Picture;
    }
}
