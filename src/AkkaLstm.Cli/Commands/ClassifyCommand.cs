using System.CommandLine;
using System.Globalization;
using System.Text;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Output;
using AkkaLstm.Cli.Output.Results;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Training.Inference;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>classify MODEL</c>: the class of every sequence of a file, as CSV.</summary>
internal static class ClassifyCommand
{
    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand(
            "classify", "Classify the sequences of a file, as CSV with the probability of every class.")
        {
            Details = "The file is like the one the model was trained on; labels may be missing. Where there are some, the share "
                + "that the model gets right is said on stderr.",
            Examples =
            [
                new("classify runs/gestures --data new.csv --out classes.csv", "sequences without labels"),
                new("classify runs/spam --data mail.jsonl --json", "texts, for another program"),
            ],
        };
        Argument<string> model = ModelArgument.Create();
        CliOption<string?> data = ModelArgument.DataOption();
        CliOption<string?> output = Values.Text(
            "--out", OptionGroup.Command, "write the CSV to a file instead of stdout", "FILE");
        command.Arguments.Add(model);
        command.Options.Add(data);
        command.Options.Add(output);
        return new CliEntry(command, context =>
        {
            ModelFile file = ModelArgument.Open(context, context.Parsed.GetValue(model)!);
            ClassificationResult result = Classifier.Classify(file, context.Parsed.GetValue(data));
            if (context.Parsed.GetValue(output) is { } path)
            {
                OutputFile.WriteText("--out", path, Csv(result));
                context.Remark($"classes: {path}");
            }

            if (context.IsJson)
                context.WriteJson(ToJson(file, result));
            else if (context.Parsed.GetValue(output) is null)
                context.Console.Out.Write(Csv(result));
            if (result.Confusion is { } confusion)
            {
                context.Remark(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{100 * confusion.Accuracy:0.0} % of {Units.Counted(confusion.Total, "labelled sequence")} right, "
                    + $"macro-F1 {Units.Short(confusion.MacroF1)}"));
            }

            return Task.FromResult(ExitCode.Done);
        });
    }

    /// <summary>A line for each sequence: id, label where the file has labels, the likeliest class, the probability of each.</summary>
    internal static string Csv(ClassificationResult result)
    {
        bool hasLabels = result.Confusion is not null;
        var csv = new StringBuilder(hasLabels ? "sequence,label,predicted" : "sequence,predicted");
        foreach (string label in result.Labels)
            csv.Append(',').Append(CsvField.Of($"p({label})"));
        csv.Append('\n');
        foreach (ClassifiedSequence sequence in result.Sequences)
        {
            csv.Append(CsvField.Of(sequence.Id));
            if (hasLabels)
                csv.Append(',').Append(CsvField.Of(sequence.Label ?? ""));
            csv.Append(',').Append(CsvField.Of(sequence.Predicted));
            foreach (float probability in sequence.Probabilities)
                csv.Append(CultureInfo.InvariantCulture, $",{probability:0.######}");
            csv.Append('\n');
        }

        return csv.ToString();
    }

    private static object ToJson(ModelFile file, ClassificationResult result) => new
    {
        Model = file.Source,
        result.Labels,
        Sequences = result.Sequences.Select(
            sequence => new { sequence.Id, sequence.Label, sequence.Predicted, sequence.Probabilities }),
        Accuracy = result.Confusion?.Accuracy,
        MacroF1 = result.Confusion?.MacroF1,
        Confusion = ConfusionResult.Of(result.Confusion),
    };
}
