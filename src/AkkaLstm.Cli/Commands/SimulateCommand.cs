using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Numerics;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>simulate</c>: what a job would do on machines that are not there.</summary>
internal static class SimulateCommand
{
    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand("simulate", "Predict how a job would run on other numbers of workers.")
        {
            Details = SimulatePlan.Details,
            Examples = SimulatePlan.Examples,
        };
        var plan = new SimulatePlan();
        plan.AddTo(command);
        return new CliEntry(command, context => plan.IsAskedFor(context.Parsed)
            ? plan.RunAsync(context)
            : throw new BadInputException("simulate: nothing to do; use --plan JOB.json"));
    }
}
