using AkkaLstm.Training.Planning;

namespace AkkaLstm.Training.Tests.Planning;

/// <summary>Costs with round numbers.</summary>
internal static class Costs
{
    /// <summary>
    /// 64 lanes in 8 shards; 1 ms a lane, small orders less efficient; 4 MB of parameters, 10 ms of work beside the
    /// mathematics.
    /// </summary>
    public static StepCosts Typical { get; } = new()
    {
        Batch = 64,
        Shards = 8,
        Compute =
        [
            new(64, 8, 64e-3, 4e6), new(32, 4, 33e-3, 4e6), new(16, 2, 17e-3, 4e6), new(8, 1, 9e-3, 4e6),
            new(4, 4, 5e-3, 4e6), new(2, 2, 3e-3, 4e6), new(1, 1, 2e-3, 4e6),
        ],
        PackSeconds = 1e-3,
        ReduceSeconds = 2e-3,
        ReducePartSeconds = 0.5e-3,
        ApplySeconds = 3e-3,
        EmptySteps = [new(1, 8e-6), new(2, 60e-6), new(4, 180e-6)],
        Cores = 2,
        CrowdFactor = 1.2,
        ParameterBytes = 4e6,
        CarryBytes = 64e3,
        LargestSliceShares = [.. Enumerable.Range(1, 16).Select(servers => 1.0 / servers)],
    };

    public static NetworkLink TenGigabit { get; } = new(1.25e9, 100e-6);

    public static NetworkLink Perfect { get; } = new(double.PositiveInfinity, 0);
}
