using AkkaLstm.Cli.Hosting;

namespace AkkaLstm.Cli.Commands;

/// <summary>The commands, in the order the help lists them.</summary>
internal static class CommandList
{
    /// <summary>A fresh set of all commands.</summary>
    public static IReadOnlyList<CliEntry> All =>
    [
        TrainCommand.Create(),
        ResumeCommand.Create(),
        NodeCommand.Create(),
        StatusCommand.Create(),
        EvaluateCommand.Create(),
        ForecastCommand.Create(),
        ClassifyCommand.Create(),
        GenerateCommand.Create(),
        InspectCommand.Create(),
        ExportCommand.Create(),
        SimulateCommand.Create(),
        GradientFlowCommand.Create(),
        CertsCommand.Create(),
        BenchCommand.Create(),
    ];
}
