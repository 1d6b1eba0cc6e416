using System.CommandLine;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Output;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Models;
using AkkaLstm.Numerics.Simd;
using AkkaLstm.Training.Inference;
using AkkaLstm.Training.Plans;
using Spectre.Console;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>inspect PATH</c>: what a run, a checkpoint or a model file holds.</summary>
internal static class InspectCommand
{
    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand(
            "inspect", "Show what a run, a checkpoint or a model file holds, and the hash of its parameters.")
        {
            Details = "The parameter hash is SHA-256 over all parameters as little-endian float32 in the "
                + "order of the list: two runs with equal hashes hold the same bits. Of a run, the "
                + "newest whole checkpoint is shown. The command line has all of the plan, defaults too.",
            Examples =
            [
                new("inspect runs/forecast-sunspots-1", "a run"),
                new("inspect runs/forecast-sunspots-1 --json", "the same for programs"),
            ],
        };
        var path = new Argument<string>("PATH")
        {
            Description = "a run directory, a checkpoint, or an exported .safetensors file",
        };
        command.Arguments.Add(path);
        return new CliEntry(command, context =>
        {
            InspectionReport report = Inspector.Inspect(context.Parsed.GetValue(path)!);
            if (context.IsJson)
                context.WriteJson(ToJson(report));
            else
                WriteText(context.Console, report);
            return Task.FromResult(ExitCode.Done);
        });
    }

    private static object ToJson(InspectionReport report) => new
    {
        report.Source,
        ParameterSha256 = report.ParameterHash,
        report.ParameterCount,
        Step = report.Progress?.Step,
        Epoch = report.Progress?.Epoch,
        StepInEpoch = report.Progress?.StepInEpoch,
        report.PlanHash,
        Plan = JobFile.ToJson(report.Plan.Options),
        report.DataHash,
        report.Plan.Data,
        Task = ChoiceNames.NameOf(report.Plan.Task),
        Model = new
        {
            Input = report.Model.Input,
            report.Model.InputSize,
            EmbeddingSize = report.Model.Input == InputKind.Tokens ? report.Model.EmbeddingSize : (int?)null,
            report.Model.Cell,
            report.Model.HiddenSize,
            report.Model.LayerCount,
            report.Model.OutputSize,
            report.Model.Loss,
            Dropout = (double)report.Model.Dropout,
        },
        Tensors = report.Tensors.Select(t => new { t.Name, t.Shape, t.Offset, t.Length }),
        Checkpoints = report.Checkpoints.Select(c => new { c.Path, c.Step, c.Epoch, c.IsBest, c.Damage }),
        SimdPath = SimdPaths.Current,
    };

    private static void WriteText(CliConsole console, InspectionReport report)
    {
        IAnsiConsole ansi = SpectreConsoles.ForOut(console);
        ModelSpec model = report.Model;
        Row("source", report.Source);
        Row("task", $"{ChoiceNames.NameOf(report.Plan.Task)} on {report.Plan.Data}");
        Row("model", $"{Describe(model)}, {Units.Count(report.ParameterCount)} parameters");
        if (report.Progress is { } progress)
            Row(
                "progress",
                $"step {Units.Count(progress.Step)}: {progress.Epoch} whole epochs and {progress.StepInEpoch} "
                    + "steps of the next");
        Row("parameters", $"sha256 {report.ParameterHash}");
        Row("plan", $"sha256 {report.PlanHash}");
        Row("data", $"sha256 {report.DataHash}");
        Row("again", ProgramName.Line(["train", .. OptionsOf(report.Plan)]));
        ansi.Write(Tensors(report));
        if (report.Checkpoints.Count > 0)
            ansi.Write(Checkpoints(report.Checkpoints));

        void Row(string name, string value) => console.Out.WriteLine($"{name,-12}{value}");
    }

    private static string Describe(ModelSpec model)
    {
        string input = model.Input == InputKind.Tokens
            ? $"{Units.Count(model.InputSize)} tokens embedded in {model.EmbeddingSize}"
            : model.InputSize == 1 ? "1 input value" : $"{model.InputSize} input values";
        string layers = model.LayerCount == 1 ? "1 layer" : $"{model.LayerCount} layers";
        return $"{input}, {layers} of {model.HiddenSize} ({ChoiceNames.NameOf(model.Cell)}), "
            + $"{Units.Count(model.OutputSize)} outputs";
    }

    private static IEnumerable<string> OptionsOf(TrainingPlan plan) =>
        from option in PlanOptionTable.All
        where option.IsSet(plan.Options)
        from word in (string[])[option.CommandLineName, option.TextOf(plan.Options)!]
        select word;

    private static Table Tensors(InspectionReport report)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("tensor").AddColumn("shape").AddColumn(new TableColumn("values").RightAligned());
        foreach (var tensor in report.Tensors)
            table.AddRow(
                new Text(tensor.Name), new Text(string.Join(" x ", tensor.Shape)),
                new Text(Units.Count(tensor.Length)));
        return table;
    }

    private static Table Checkpoints(IReadOnlyList<CheckpointSummary> checkpoints)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("checkpoint").AddColumn(new TableColumn("step").RightAligned()).AddColumn(
            new TableColumn("epochs").RightAligned());
        table.AddColumn("state");
        foreach (CheckpointSummary checkpoint in checkpoints)
        {
            string state = checkpoint.Damage ?? (checkpoint.IsBest ? "best" : "whole");
            table.AddRow(
                new Text(Path.GetFileName(checkpoint.Path)), new Text(Known(checkpoint.Step)),
                new Text(Known(checkpoint.Epoch)), new Text(state));
        }

        return table;

        static string Known(long? count) => count is { } known ? Units.Count(known) : "-";
    }
}
