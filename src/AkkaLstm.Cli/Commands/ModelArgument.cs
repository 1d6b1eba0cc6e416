using System.CommandLine;
using AkkaLstm.Cli.Parsing;

namespace AkkaLstm.Cli.Commands;

/// <summary>The argument and option that all commands on a trained model share.</summary>
internal static class ModelArgument
{
    /// <summary>MODEL.</summary>
    public static Argument<string> Create() => new("MODEL")
    {
        Description = "a run directory (its best checkpoint), a checkpoint, or an exported .safetensors file",
    };

    /// <summary>--data.</summary>
    public static CliOption<string?> DataOption() => Values.Text(
        "--data", OptionGroup.Command, "the data (default: what the model was trained on)",
        "PATH|builtin:NAME");
}
