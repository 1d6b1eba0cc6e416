using System.CommandLine;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Training.Inference;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Cli.Commands;

/// <summary>The argument and option that all commands on a trained model share.</summary>
internal static class ModelArgument
{
    /// <summary>MODEL.</summary>
    public static Argument<string> Create() => new("MODEL")
    {
        Description = "a run directory (its best checkpoint), a checkpoint, or an exported .safetensors file",
    };

    /// <summary>Reads MODEL. Where its best checkpoint is damaged, stderr says so and which one is used instead.</summary>
    /// <exception cref="Numerics.BadInputException">As <see cref="ModelFile.Open(string, Action{RunNotice})"/>.</exception>
    public static ModelFile Open(CommandContext context, string path)
    {
        var passedOver = new List<RunNotice>();
        ModelFile file = ModelFile.Open(path, passedOver.Add);
        foreach (RunNotice notice in passedOver)
            context.Remark($"warning: {notice.Text}");
        if (passedOver.Count > 0)
            context.Remark($"warning: {file.Source} is used instead");
        return file;
    }

    /// <summary>--data.</summary>
    public static CliOption<string?> DataOption() => Values.Text(
        "--data", OptionGroup.Command, "the data (default: what the model was trained on)",
        "PATH|builtin:NAME");
}
