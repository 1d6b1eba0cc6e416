using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Cli.Simulation;
using AkkaLstm.Numerics;

namespace AkkaLstm.Cli.Commands;

/// <summary>
/// <c>simulate</c>: the protocol under seeded faults, or what a job would do on machines that are not there.
/// </summary>
internal static class SimulateCommand
{
    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand(
            "simulate", "Run the protocol under seeded faults, or predict a job on other numbers of workers.")
        {
            Details = $"{SeedsMode.Details}\n\n{SimulatePlan.Details}",
            Examples = [.. SeedsMode.Examples, .. SimulatePlan.Examples],
        };
        var seeds = new SeedsMode();
        var plan = new SimulatePlan();
        seeds.AddTo(command);
        plan.AddTo(command);
        return new CliEntry(command, context => plan.IsAskedFor(context.Parsed)
            ? plan.RunAsync(context)
            : seeds.IsAskedFor(context.Parsed)
                ? seeds.RunAsync(context)
                : throw new BadInputException("simulate: nothing to do; use --seeds A..B or --plan JOB.json"));
    }
}
