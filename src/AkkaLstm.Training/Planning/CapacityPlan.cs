namespace AkkaLstm.Training.Planning;

/// <summary>Why more workers would not pay.</summary>
public enum StopReason
{
    /// <summary>There are no more shards to give them.</summary>
    Shards,

    /// <summary>Less than half of their time would do any good.</summary>
    Efficiency,

    /// <summary>A step would hardly get shorter.</summary>
    Gain,

    /// <summary>Nothing stopped it up to the largest number that was looked at.</summary>
    Largest,
}

/// <summary>A number of workers, with what it would bring.</summary>
/// <param name="Step">The step and its parts.</param>
/// <param name="Speedup">How many times as fast as one worker in one process.</param>
public sealed record PlannedRow(StepPrediction Step, double Speedup)
{
    /// <summary>Speed-up per worker, 1 at best.</summary>
    public double Efficiency => Speedup / Step.Workers;
}

/// <summary>The most workers that pay for a number of shards.</summary>
/// <param name="Best">The row of the most workers that pay.</param>
/// <param name="Reason">Why twice as many would not.</param>
public sealed record PayingLimit(PlannedRow Best, StopReason Reason);

/// <summary>Predictions for a job, and what to choose.</summary>
/// <param name="Rows">One for each number of workers, with the plan's shards.</param>
/// <param name="Limit">Where more workers stop paying with the plan's shards.</param>
/// <param name="Choice">The same for the number of shards that should be chosen; equal to
/// <paramref name="Limit"/> where that is the plan's.</param>
public sealed record CapacityPlan(IReadOnlyList<PlannedRow> Rows, PayingLimit Limit, PayingLimit Choice);
