using System.CommandLine;
using System.Globalization;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Output;
using AkkaLstm.Cli.Output.Results;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Data;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Inference;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>evaluate MODEL</c>: loss and task metrics on a split.</summary>
internal static class EvaluateCommand
{
    private const string Command = "evaluate";

    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand(Command, "Loss and metrics of a model on data, beside the baselines.")
        {
            Examples =
            [
                new("evaluate runs/forecast-sunspots-1", "the test part of what it was trained on"),
                new(
                    "evaluate runs/book --data other.txt --split all",
                    "another text, all of it"),
                new("evaluate runs/sales --rolling 6", "a forecast from each of six origins, one horizon apart"),
            ],
        };
        Argument<string> model = ModelArgument.Create();
        CliOption<string?> data = ModelArgument.DataOption();
        CliOption<string?> split = Values.Text(
            "--split", OptionGroup.Command,
            "the part of the data, cut as in training, or all of the file that --data names (default: test)",
            "train|valid|test|all");
        CliOption<string?> plot = Values.Text(
            "--plot", OptionGroup.Command, "also draw the confusion matrix of a classifier into this SVG file", "FILE.svg");
        command.Arguments.Add(model);
        command.Options.Add(data);
        command.Options.Add(split);
        CliOption<int?> rolling = Values.Int(
            "--rolling", OptionGroup.Command, "also the figures of N origins of a forecast, a horizon apart, the newest last");
        command.Options.Add(plot);
        command.Options.Add(rolling);
        return new CliEntry(command, context =>
        {
            DataSplit? part = ChoiceNames.Parse<Part>(context.Parsed.GetValue(split) ?? "test", "--split") switch
            {
                Part.Train => DataSplit.Train,
                Part.Valid => DataSplit.Valid,
                Part.Test => DataSplit.Test,
                _ => null,
            };
            ModelFile file = ModelArgument.Open(context, context.Parsed.GetValue(model)!);
            string? plotPath = context.Parsed.GetValue(plot);
            if (plotPath is not null && file.Card.Plan.Task != DataTask.Classify)
                throw new BadInputException("--plot: draws the confusion matrix of a classifier; leave it out");
            EvaluationResult result = Evaluator.Evaluate(
                file, context.Parsed.GetValue(data), part, rolling: context.Parsed.GetValue(rolling));
            if (plotPath is not null && result.Report.Confusion is { } confusion)
            {
                OutputFile.WriteText("--plot", plotPath, ConfusionChart.Draw(Title(context.Parsed.GetValue(data) ?? file.Card.Plan.Data, result), confusion));
                context.Remark($"confusion matrix: {plotPath}");
            }

            if (context.IsJson)
                context.WriteJson(ToJson(file, result));
            else
                WriteText(context.Console, result);
            return Task.FromResult(ExitCode.Done);
        });
    }

    private static string NameOf(EvaluationResult result) =>
        result.Split is { } split ? ChoiceNames.NameOf(split) : ChoiceNames.NameOf(Part.All);

    private static string TitleOf(EvaluationResult result) =>
        result.Split is null ? "the whole file" : $"{NameOf(result)} split";

    private static object ToJson(ModelFile file, EvaluationResult result) => new
    {
        Model = file.Source,
        Split = NameOf(result),
        result.Loss,
        result.Count,
        result.Accuracy,
        Methods = MethodResult.Of(result.Report),
        Confusion = ConfusionResult.Of(result.Report.Confusion),
        Quantiles = result.Report.Quantiles.Count == 0 ? null : result.Report.Quantiles,
        Origins = result.Origins.Count == 0
            ? null
            : result.Origins.Select(origin => new { origin.Origin, Methods = MethodResult.Of(origin.Methods) }),
    };

    private static string Title(string data, EvaluationResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Path.GetFileName(data)}, {TitleOf(result)}: {100 * result.Accuracy:0.0} % right");

    private static void WriteText(CliConsole console, EvaluationResult result)
    {
        string accuracy = result.Accuracy is { } share ? $", accuracy {100 * share:0.00} %" : "";
        console.Out.WriteLine(
            $"loss {Units.Short(result.Loss)} over {Units.Count(result.Count)} targets{accuracy}");
        EvaluationTable.Write(console, result.Report, TitleOf(result));
        if (result.Origins.Count > 0)
            OriginTable.Write(console, result.Origins);
    }

    /// <summary>What --split can name: the splits of training, and a whole file.</summary>
    private enum Part
    {
        Train,
        Valid,
        Test,
        All,
    }
}
