using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Output;
using AkkaLstm.Cli.Output.Progress;
using AkkaLstm.Cli.Output.Results;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Commands;

/// <summary>
/// What train and resume share: progress while it runs, the result afterwards, the exit code.
/// </summary>
internal static class TrainingRunner
{
    private const string InterruptNotice =
        "akkalstm: stopping after this step and writing a checkpoint; once more stops at once (the run stays "
            + "resumable)";

    /// <summary>Runs training and reports on it.</summary>
    /// <param name="context">Where to write, when to stop.</param>
    /// <param name="train">What to run.</param>
    /// <param name="showsProgress">Whether stderr shows how it gets on, if quiet is not wanted.</param>
    /// <param name="goOn">What stands before the resume command.</param>
    public static async Task<int> RunAsync(
        CommandContext context,
        Func<ITrainingObserver, CancellationToken, Task<TrainingResult>> train,
        bool showsProgress = true,
        string goOn = "")
    {
        context.Interrupts.Notice = InterruptNotice;
        CancellationToken stop = context.Interrupts.Token;
        (TrainingResult result, TrainingHistory history) = context switch
        {
            _ when context.IsQuiet || !showsProgress => await WithAsync(null),
            { Console.ErrorIsTerminal: true } => await LiveProgress.RunAsync(
                context.Console, context.Interrupts, WithAsync),
            _ => await WithAsync(new LineProgress(context.Console)),
        };

        if (context.IsJson)
            context.WriteJson(TrainResult.Of(result));
        else if (context.IsQuiet)
            context.Console.Out.WriteLine(ProgramName.PathFromHere(result.RunDirectory));
        else
            TrainingSummary.Write(context.Console, result, history);
        return Conclude(context, result, goOn);

        async Task<(TrainingResult, TrainingHistory)> WithAsync(ITrainingObserver? display)
        {
            var followed = new TrainingHistory(display);
            return (await train(followed, stop), followed);
        }
    }

    private static int Conclude(CommandContext context, TrainingResult result, string goOn)
    {
        string resume = goOn + ProgramName.Line("resume", ProgramName.PathFromHere(result.RunDirectory));
        switch (result.Status)
        {
            case TrainingStatus.Completed:
                return ExitCode.Done;
            case TrainingStatus.Interrupted:
                Failures.WriteLine(
                    context.Console.Error, $"interrupted after step {result.Steps}; to go on: {resume}");
                return ExitCode.Interrupted;
            case TrainingStatus.Failed:
                Failures.WriteLine(context.Console.Error, result.Reason ?? "the job failed");
                return ExitCode.Failed;
            case TrainingStatus.LostCluster:
                Failures.WriteLine(
                    context.Console.Error, $"{result.Reason ?? "the cluster is lost"}; to go on: {resume}");
                return ExitCode.ClusterLost;
            default:
                throw new InvalidOperationException($"unknown status {result.Status}");
        }
    }
}
