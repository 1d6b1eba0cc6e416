using AkkaLstm.Cli.Bench;
using AkkaLstm.Training.Planning;

namespace AkkaLstm.Cli.Output.Results;

/// <summary>What <c>simulate --plan --json</c> prints.</summary>
/// <param name="Network">The links; left out where one process was predicted.</param>
/// <param name="Costs">What was measured.</param>
/// <param name="Rows">Predictions with the plan's shards.</param>
/// <param name="Limit">Where more workers stop paying with the plan's shards.</param>
/// <param name="Choice">What to choose.</param>
/// <param name="Verified">Predictions beside measured steps.</param>
internal sealed record PlanResult(
    NetworkLink? Network,
    PlanCosts Costs,
    IReadOnlyList<PlanRow> Rows,
    PlanLimit Limit,
    PlanLimit Choice,
    IReadOnlyList<PlanCheck>? Verified)
{
    /// <summary>From the planner's records.</summary>
    public static PlanResult Of(
        StepCosts costs,
        NetworkLink? link,
        CapacityPlan plan,
        IReadOnlyList<IReadOnlyList<VerifiedStep>> verified) => new(
        link,
        PlanCosts.Of(costs),
        [.. plan.Rows.Select(PlanRow.Of)],
        PlanLimit.Of(plan.Limit),
        PlanLimit.Of(plan.Choice),
        verified.Count == 0 ? null : PlanCheck.Of(verified));
}

/// <summary>Measured costs, in milliseconds on one core.</summary>
internal sealed record PlanCosts(
    int Batch,
    int Shards,
    int Cores,
    IReadOnlyList<PlanOrder> Orders,
    double ShardMs,
    double PackMs,
    double ReduceMs,
    double ReducePartMs,
    double ApplyMs,
    double CrowdFactor,
    double ParameterBytes,
    double CarryBytes,
    IReadOnlyList<PlanEmptyStep> EmptySteps)
{
    /// <summary>From the measured record.</summary>
    public static PlanCosts Of(StepCosts costs) => new(
        costs.Batch,
        costs.Shards,
        costs.Cores,
        [.. costs.Compute.Select(p => new PlanOrder(p.Lanes, p.Shards, 1e3 * p.Seconds, p.GradientBytes))],
        1e3 * costs.ShardSeconds,
        1e3 * costs.PackSeconds,
        1e3 * costs.ReduceSeconds,
        1e3 * costs.ReducePartSeconds,
        1e3 * costs.ApplySeconds,
        costs.CrowdFactor,
        costs.ParameterBytes,
        costs.CarryBytes,
        [.. costs.EmptySteps.Select(e => new PlanEmptyStep(e.Workers, 1e3 * e.Seconds))]);
}

/// <summary>A measured order.</summary>
internal sealed record PlanOrder(int Lanes, int Shards, double Ms, double GradientBytes);

/// <summary>A measured step without mathematics.</summary>
internal sealed record PlanEmptyStep(int Workers, double Ms);

/// <summary>A prediction.</summary>
internal sealed record PlanRow(
    int Workers,
    int Servers,
    int Shards,
    double StepMs,
    double Speedup,
    double Efficiency,
    double ComputeMs,
    double TransferMs,
    double ServerMs,
    double MessageMs)
{
    /// <summary>From the planner's row.</summary>
    public static PlanRow Of(PlannedRow row) => new(
        row.Step.Workers,
        row.Step.Servers,
        row.Step.Shards,
        1e3 * row.Step.StepSeconds,
        row.Speedup,
        row.Efficiency,
        1e3 * row.Step.ComputeSeconds,
        1e3 * row.Step.TransferSeconds,
        1e3 * row.Step.ServerSeconds,
        1e3 * row.Step.MessageSeconds);
}

/// <summary>The most workers that pay.</summary>
internal sealed record PlanLimit(
    int Workers, int Servers, int Shards, double Speedup, double Efficiency, StopReason Reason)
{
    /// <summary>From the planner's limit.</summary>
    public static PlanLimit Of(PayingLimit limit) => new(
        limit.Best.Step.Workers,
        limit.Best.Step.Servers,
        limit.Best.Step.Shards,
        limit.Best.Speedup,
        limit.Best.Efficiency,
        limit.Reason);
}

/// <summary>Predicted and measured steps of several tries.</summary>
/// <param name="Workers">W.</param>
/// <param name="PredictedMs">Of a step.</param>
/// <param name="MeasuredMs">Of a step.</param>
/// <param name="Ratio">Predicted by measured, try by try.</param>
internal sealed record PlanCheck(int Workers, Sample PredictedMs, Sample MeasuredMs, Sample Ratio)
{
    /// <summary>One for each number of workers.</summary>
    public static IReadOnlyList<PlanCheck> Of(IReadOnlyList<IReadOnlyList<VerifiedStep>> tries) =>
    [
        .. tries.SelectMany(steps => steps).GroupBy(step => step.Workers).Select(steps => new PlanCheck(
            steps.Key,
            Sample.Of([.. steps.Select(step => 1e3 * step.PredictedSeconds)]),
            Sample.Of([.. steps.Select(step => 1e3 * step.MeasuredSeconds)]),
            Sample.Of([.. steps.Select(step => step.Ratio)]))),
    ];
}
