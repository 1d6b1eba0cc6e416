using System.CommandLine;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>resume RUN_DIR</c>: continues a run from its newest valid checkpoint.</summary>
internal static class ResumeCommand
{
    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand("resume", "Continue a run from its newest valid checkpoint, bit for bit.")
        {
            Details = "Workers, servers, threads, engine and the number of epochs may differ from before; the plan "
                + "may not (start a new run for that, with --init-from to keep what was learned). A "
                + "damaged checkpoint is named and the one before it is used.",
            Examples =
            [
                new("resume runs/forecast-sunspots-1", "go on where it was interrupted"),
                new(
                    "resume runs/book --epochs 30 --workers 4",
                    "train up to 30 epochs in all, with four workers"),
            ],
        };
        var directory = new Argument<string>("RUN_DIR") { Description = "the run directory that train printed" };
        var run = new RunOptionSet(RunOptionKind.Resume);
        command.Arguments.Add(directory);
        run.AddTo(command);
        return new CliEntry(command, context => TrainingRunner.RunAsync(
            context,
            (observer, stop) => TrainingSession.ResumeAsync(
                context.Parsed.GetValue(directory)!,
                run.Read(context.Parsed),
                run.ReadEngine(context.Parsed, line => context.Remark($"akkalstm: {line}")),
                observer,
                stop)));
    }
}
