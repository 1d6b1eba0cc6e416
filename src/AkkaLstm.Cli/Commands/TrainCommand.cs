using System.CommandLine;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>train [JOB.json]</c>: makes a plan of job file and command line and trains it.</summary>
internal static class TrainCommand
{
    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand(
            "train", "Train a model; with no job and no --data, a forecast of the built-in sunspot numbers.")
        {
            Details = "A job file is a JSON object with the plan's options under their camelCase names "
                + "(--lr-decay is lrDecay); an option on the command line wins over the file. Progress "
                + "goes to stderr, the result to stdout. Ctrl-C finishes the step, writes a checkpoint "
                + "and exits with 130; the run can then be resumed.\n\nThe same plan and data give the "
                + "same bits, whatever the workers, servers, threads and interruptions.",
            Examples =
            [
                new("train", "forecast the built-in monthly sunspot numbers"),
                new(
                    "train --data sales.csv --targets units --horizon 14 --season-length 7",
                    "forecast a column of your own CSV"),
                new(
                    "train --data book.txt --task char-lm --hidden 256 --epochs 10 --out runs/book",
                    "a character model of your own text"),
                new(
                    "train --task classify --data gestures.csv --order-column time",
                    "classes of labelled sequences; docs/DATA.md has the formats"),
                new("train job.json --lr 0.001 --workers 4", "a job file, one option changed"),
            ],
        };
        var job = new Argument<string?>("JOB.json")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "a job file; job.json of any run directory is one too",
        };
        var plan = new PlanOptionSet();
        var run = new RunOptionSet(RunOptionKind.Train);
        command.Arguments.Add(job);
        plan.AddTo(command);
        run.AddTo(command);
        return new CliEntry(command, context =>
        {
            TrainingPlan resolved = TrainingPlan.Resolve(JobFile.ReadOver(plan.Read(context.Parsed), context.Parsed.GetValue(job)));
            JobEngine engine = run.ReadEngine(context.Parsed, line => context.Remark($"akkalstm: {line}"));
            return TrainingRunner.RunAsync(
                context, (observer, stop) => TrainingSession.RunAsync(
                    resolved, run.Read(context.Parsed), engine, observer, stop));
        });
    }
}
