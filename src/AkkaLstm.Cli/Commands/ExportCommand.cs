using System.CommandLine;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Inference;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>export MODEL --out FILE</c>: one file that this program and others load.</summary>
internal static class ExportCommand
{
    private const string OnlyFormat = "safetensors";

    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand(
            "export", "Write a model as one safetensors file that other tools load too.")
        {
            Details = "Tensors have PyTorch's names, shapes and gate order; what is needed to use the model "
                + "(plan, scales, vocabulary) is in the file's metadata, so evaluate, forecast and "
                + "generate take the file as MODEL.",
            Examples = [new("export runs/book --out book.safetensors", "one file to keep or to hand on")],
        };
        Argument<string> model = ModelArgument.Create();
        CliOption<string?> format =
            Values.Text("--format", OptionGroup.Command, $"file format (default: {OnlyFormat})", OnlyFormat);
        CliOption<string?> output = Values.Text("--out", OptionGroup.Command, "the file to write", "FILE");
        output.Required = true;
        command.Arguments.Add(model);
        command.Options.Add(format);
        command.Options.Add(output);
        return new CliEntry(command, context =>
        {
            if (context.Parsed.GetValue(format) is { } name && name != OnlyFormat)
                throw new BadInputException($"--format: '{name}' is not among the formats that are written; use {OnlyFormat}");
            ModelFile file = ModelArgument.Open(context, context.Parsed.GetValue(model)!);
            string path = context.Parsed.GetValue(output)!;
            file.Export(path);
            if (context.IsJson)
                context.WriteJson(new { Model = file.Source, File = path, Format = OnlyFormat });
            else
                context.Console.Out.WriteLine(path);
            return Task.FromResult(ExitCode.Done);
        });
    }
}
