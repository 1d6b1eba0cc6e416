namespace AkkaLstm.Training.Planning;

/// <summary>What one order of shards was measured to cost.</summary>
/// <param name="Lanes">Rows of the batch.</param>
/// <param name="Shards">Shards they belong to.</param>
/// <param name="Seconds">Forward, backward and gradient on one thread, weights packed before.</param>
/// <param name="GradientBytes">Size of its gradient: dense tensors and touched embedding rows.</param>
public sealed record ComputePoint(int Lanes, int Shards, double Seconds, double GradientBytes);

/// <summary>What the messages of a step cost where nothing is computed.</summary>
/// <param name="Workers">W, workers of the in-process engine.</param>
/// <param name="Seconds">One whole step.</param>
public sealed record EmptyStep(int Workers, double Seconds);

/// <summary>
/// What the pieces of a job's training step cost on one machine: all that <see cref="StepModel"/> needs to know.
/// </summary>
public sealed record StepCosts
{
    private readonly IReadOnlyList<ComputePoint> _compute = [];

    /// <summary>B, lanes of a step.</summary>
    public required int Batch { get; init; }

    /// <summary>S, the plan's logical shards.</summary>
    public required int Shards { get; init; }

    /// <summary>Measured orders, at least one; kept in ascending order of lanes.</summary>
    public required IReadOnlyList<ComputePoint> Compute
    {
        get => _compute;
        init => _compute = [.. value.OrderBy(point => point.Lanes)];
    }

    /// <summary>Seconds that one more shard in an order costs; its gradient is joined to the others' there.</summary>
    public double ShardSeconds { get; init; }

    /// <summary>Packing the weights for the kernels, on one thread.</summary>
    public double PackSeconds { get; init; }

    /// <summary>Reducing one gradient over all parameters, on one thread.</summary>
    public double ReduceSeconds { get; init; }

    /// <summary>What each further gradient adds to the reduction.</summary>
    public double ReducePartSeconds { get; init; }

    /// <summary>The optimizer over all parameters, on one thread.</summary>
    public double ApplySeconds { get; init; }

    /// <summary>Steps without mathematics, in ascending order of workers; at least one.</summary>
    public required IReadOnlyList<EmptyStep> EmptySteps { get; init; }

    /// <summary>Processor cores of the machine.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>How much slower an order gets while every core computes one; 1 where cores share nothing.</summary>
    public double CrowdFactor { get; init; } = 1;

    /// <summary>Bytes of all parameters.</summary>
    public double ParameterBytes { get; init; }

    /// <summary>Bytes of all carried state; 0 where windows start from zero.</summary>
    public double CarryBytes { get; init; }

    /// <summary>
    /// Share of the parameters in the largest slice for K = 1, 2, ... servers. Slices are made of whole blocks, so
    /// it stops shrinking at some K.
    /// </summary>
    public IReadOnlyList<double> LargestSliceShares { get; init; } = [1];

    /// <summary>
    /// Seconds of an order. Between two measured numbers of lanes it is interpolated, outside of them it is taken as
    /// proportional to the lanes.
    /// </summary>
    public double ComputeSecondsOf(double lanes, int shards)
    {
        double measuredShards = Interpolate(lanes, point => point.Shards);
        double more = (shards - measuredShards) * ShardSeconds;
        return Math.Max(0, Interpolate(lanes, point => point.Seconds) + more);
    }

    /// <summary>
    /// Bytes of an order's gradient: dense tensors and touched rows. It never shrinks below that of the smallest
    /// measured order nor grows above that of the largest.
    /// </summary>
    public double GradientBytesOf(double lanes) =>
        Interpolate(Math.Clamp(lanes, Compute[0].Lanes, Compute[^1].Lanes), point => point.GradientBytes);

    /// <summary>
    /// Seconds of a step without mathematics; beyond the largest measured number of workers it grows in proportion.
    /// </summary>
    public double EmptyStepSecondsOf(int workers)
    {
        EmptyStep last = EmptySteps[^1];
        if (EmptySteps.Count == 1)
            return last.Seconds;
        if (workers >= last.Workers)
            return last.Seconds * workers / last.Workers;
        int above = 0;
        while (EmptySteps[above].Workers < workers)
            above++;
        if (above == 0)
            return EmptySteps[0].Seconds;
        (EmptyStep low, EmptyStep high) = (EmptySteps[above - 1], EmptySteps[above]);
        double weight = (double)(workers - low.Workers) / (high.Workers - low.Workers);
        return low.Seconds + (weight * (high.Seconds - low.Seconds));
    }

    /// <summary>Share of the parameters that the busiest of K servers holds.</summary>
    public double LargestSliceShare(int servers) =>
        LargestSliceShares[Math.Min(servers, LargestSliceShares.Count) - 1];

    private double Interpolate(double lanes, Func<ComputePoint, double> value)
    {
        if (lanes <= Compute[0].Lanes)
            return value(Compute[0]) * lanes / Compute[0].Lanes;
        if (lanes >= Compute[^1].Lanes)
            return value(Compute[^1]) * lanes / Compute[^1].Lanes;
        int above = 0;
        while (Compute[above].Lanes < lanes)
            above++;
        (ComputePoint low, ComputePoint high) = (Compute[above - 1], Compute[above]);
        double weight = (lanes - low.Lanes) / (high.Lanes - low.Lanes);
        return value(low) + (weight * (value(high) - value(low)));
    }
}
