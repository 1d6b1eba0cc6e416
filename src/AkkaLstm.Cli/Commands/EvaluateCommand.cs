using System.CommandLine;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Output;
using AkkaLstm.Cli.Output.Results;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Data;
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
                    "evaluate runs/book --data other.txt --split train",
                    "another text, all of its training part"),
            ],
        };
        Argument<string> model = ModelArgument.Create();
        CliOption<string?> data = ModelArgument.DataOption();
        CliOption<string?> split = Values.Text(
            "--split", OptionGroup.Command, "the part of the data, cut as in training (default: test)",
            "train|valid|test");
        command.Arguments.Add(model);
        command.Options.Add(data);
        command.Options.Add(split);
        return new CliEntry(command, context =>
        {
            DataSplit part = ChoiceNames.Parse<DataSplit>(context.Parsed.GetValue(split) ?? "test", "--split");
            ModelFile file = ModelFile.Open(context.Parsed.GetValue(model)!);
            EvaluationResult result = Evaluator.Evaluate(file, context.Parsed.GetValue(data), part);
            if (context.IsJson)
                context.WriteJson(ToJson(file, result));
            else
                WriteText(context.Console, result);
            return Task.FromResult(ExitCode.Done);
        });
    }

    private static object ToJson(ModelFile file, EvaluationResult result) => new
    {
        Model = file.Source,
        result.Split,
        result.Loss,
        result.Count,
        result.Accuracy,
        Methods = MethodResult.Of(result.Report),
    };

    private static void WriteText(CliConsole console, EvaluationResult result)
    {
        string accuracy = result.Accuracy is { } share ? $", accuracy {100 * share:0.00} %" : "";
        console.Out.WriteLine(
            $"loss {Units.Short(result.Loss)} over {Units.Count(result.Count)} targets{accuracy}");
        EvaluationTable.Write(console, result.Report, $"{ChoiceNames.NameOf(result.Split)} split");
    }
}
