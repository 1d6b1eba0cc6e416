using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Training.Runs;

/// <summary>How one process runs a job. Nothing here changes a bit of what is trained.</summary>
public sealed record RunOptions
{
    private const int MaxActors = 1024;
    private const int MaxReplicas = 3;

    /// <summary>
    /// Parameters from which several servers are faster than one: below, their messages take longer than they
    /// save.
    /// </summary>
    private const int ParametersWorthSharing = 1_000_000;

    /// <summary>W, worker actors. Default 1.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// K, parameter-server actors; null takes one for each worker where the model is large enough for the sums
    /// and updates to be worth sharing out, otherwise one.
    /// </summary>
    public int? Servers { get; init; }

    /// <summary>
    /// R, standby servers of each: they hold the same state and take over when one fails. Default 0.
    /// </summary>
    public int ServerReplicas { get; init; }

    /// <summary>
    /// Workers without which no step begins; the job waits for them up to a deadline. More than <see cref="Workers"/> only
    /// where others join by themselves. Default 1.
    /// </summary>
    public int MinWorkers { get; init; } = 1;

    /// <summary>
    /// Threads for what no actor does: the test figures at the end use these, or as many as there are workers.
    /// Default 1.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// The run directory; null takes the next free <c>runs/TASK-DATA-N</c>. Not used on resume.
    /// </summary>
    public string? OutputDirectory { get; init; }

    /// <summary>
    /// When checkpoints are written besides those at the end of epochs, at a stop and at the end.
    /// </summary>
    public CheckpointSchedule Checkpoints { get; init; } = new();

    /// <summary>On resume: most epochs instead of the plan's; null keeps the plan's.</summary>
    public int? Epochs { get; init; }

    /// <summary>Steps between two lines of <c>metrics.jsonl</c>; 0 writes epochs only. Default 10.</summary>
    public int MetricsEverySteps { get; init; } = 10;

    /// <summary>K for a model of so many parameters.</summary>
    public int ServersFor(long parameterCount) => Servers ?? (parameterCount >= ParametersWorthSharing ? Workers : 1);

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="BadInputException">One is out of range.</exception>
    internal void Validate()
    {
        Require(Workers is >= 1 and <= MaxActors, "--workers", Workers, "from 1 to 1024");
        Require(Servers is null or (>= 1 and <= MaxActors), "--servers", Servers ?? 0, "from 1 to 1024");
        Require(ServerReplicas is >= 0 and <= MaxReplicas, "--server-replicas", ServerReplicas, "from 0 to 3");
        Require(MinWorkers >= 1, "--min-workers", MinWorkers, "1 or more");
        Require(Threads is >= 1 and <= MaxActors, "--threads", Threads, "from 1 to 1024");
        Require(Epochs is null or >= 1, "--epochs", Epochs ?? 0, "1 or more");
        Require(MetricsEverySteps >= 0, "--metrics-every", MetricsEverySteps, "0 or more");
        Require(
            Checkpoints.EverySteps is null or >= 1, "--checkpoint-every", Checkpoints.EverySteps ?? 0, "1 or more");
    }

    private static void Require(bool holds, string option, long value, string range)
    {
        if (!holds)
            throw new BadInputException($"{option}: {value} is out of range; use {range}");
    }
}
