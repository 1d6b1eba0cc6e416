using System.Globalization;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Simulation;

/// <summary>
/// All that a seed draws before it begins: the job, the cluster's shape, its deadlines, which faults exist and how
/// strong they are. (Swarm testing: runs that leave most faults out reach states that runs with all of them at once
/// never see. Groce et al. 2012.)
/// </summary>
internal sealed record SwarmPlan
{
    /// <summary>The job.</summary>
    public required JobShape Shape { get; init; }

    /// <summary>When checkpoints are written.</summary>
    public required CheckpointSchedule Checkpoints { get; init; }

    /// <summary>W at the beginning.</summary>
    public required int WorkerCount { get; init; }

    /// <summary>Servers and standbys.</summary>
    public required ClusterShape Cluster { get; init; }

    /// <summary>Deadlines of the roles.</summary>
    public required ProtocolOptions Options { get; init; }

    /// <summary>The network during chaos.</summary>
    public required NetworkOptions Network { get; init; }

    /// <summary>Work and disk during chaos.</summary>
    public required WorkConditions Work { get; init; }

    /// <summary>Faults that exist, and the mean time between two of a kind.</summary>
    public required IReadOnlyList<(FaultKind Kind, TimeSpan Interval)> Faults { get; init; }

    /// <summary>When chaos ends.</summary>
    public required TimeSpan ChaosTime { get; init; }

    /// <summary>Whether a fault exists for this seed.</summary>
    public bool Has(FaultKind kind) => Faults.Any(f => f.Kind == kind);

    /// <summary>The plan in one line.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{WorkerCount} workers (at least {Options.MinWorkers}), {Cluster.ServerCount} servers, "
        + $"{Cluster.ReplicaCount} standbys each, {Shape.ShardCount} shards, {Shape.EpochCount} epochs of "
        + $"{Shape.StepsPerEpoch} steps, {Shape.ValidationShardCount} validation shards; chaos for "
        + $"{ChaosTime.TotalMilliseconds:0} ms: {string.Join(", ", Faults.Select(f => f.Kind))}");

    /// <summary>Draws a plan.</summary>
    /// <param name="random">The seed's stream for this.</param>
    /// <param name="options">How much goes wrong.</param>
    public static SwarmPlan Draw(SeededRandom random, CampaignOptions options)
    {
        FaultLevel level = options.Level;
        TimeSpan chaos = TimeSpan.FromMilliseconds(random.LogBetween(100, 2000));
        List<(FaultKind, TimeSpan)> faults = DrawFaults(random, level);
        faults.RemoveAll(f => options.Without.Contains(f.Item1));
        bool Has(FaultKind kind) => faults.Exists(f => f.Item1 == kind);
        double strength = level == FaultLevel.Heavy ? random.LogBetween(0.2, 3) : random.LogBetween(0.05, 0.5);
        int nodes = options.NodeCount ?? random.Between(2, 9);
        int seats = random.Between(1, Math.Min(6, nodes - 1));
        ClusterShape cluster = seats % 2 == 0 && random.Happens(0.7) ? new(seats / 2, ReplicaCount: 1) : new(seats);
        int workers = nodes - cluster.SeatCount;
        return new SwarmPlan
        {
            Shape = DrawShape(random),
            Checkpoints = new CheckpointSchedule
            {
                EverySteps = random.Happens(0.7) ? random.Between(1, 10) : null,
                Every = random.Happens(0.3) ? random.Milliseconds(20, 300) : null,
                AtEpochEnd = random.Happens(0.5),
            },
            WorkerCount = workers,
            Cluster = cluster,
            Options = DrawOptions(random) with { MinWorkers = random.Happens(0.3) ? random.Between(1, workers) : 1 },
            Network = new NetworkOptions
            {
                MeanLatency = TimeSpan.FromMicroseconds(random.LogBetween(50, 2000)),
                IsInOrder = random.Happens(0.4),
                BytesPerSecond = Has(FaultKind.NarrowLinks) ? random.LogBetween(3e4, 1e6) : 1e9,
                TailProbability = Has(FaultKind.LatencyTail) ? 0.05 * strength : 0,
                Loss = Has(FaultKind.MessageLoss) ? 0.05 * strength : 0,
                Duplication = Has(FaultKind.MessageDuplication) ? 0.1 * strength : 0,
            },
            Work = new WorkConditions
            {
                ShardTime = TimeSpan.FromMilliseconds(random.LogBetween(0.1, 2)),
                Failure = Has(FaultKind.WorkFailure) ? 0.03 * strength : 0,
                PermanentFailure = Has(FaultKind.PermanentFailure) ? 0.0005 * strength : 0,
                MemoryError = Has(FaultKind.MemoryError) ? 0.02 * strength : 0,
                Hang = Has(FaultKind.WorkHang) ? 0.005 * strength : 0,
                Slow = Has(FaultKind.SlowWork) ? 0.05 * strength : 0,
                SlowFactor = random.LogBetween(10, 200),
                DiskError = Has(FaultKind.DiskError) ? 0.3 * strength : 0,
                FlushLoss = random.Happens(0.3) ? 0.5 : 0,
                OldAddress = Has(FaultKind.SecondCoordinator) ? 0.02 : 0,
            },
            Faults = faults,
            ChaosTime = chaos,
        };
    }

    private static JobShape DrawShape(SeededRandom random)
    {
        int epochs = random.Between(1, 4);
        return new JobShape(
            ShardCount: 1 << random.Between(0, 4),
            StepsPerEpoch: random.Between(10, 40) / epochs,
            EpochCount: epochs,
            ValidationShardCount: random.Happens(0.5) ? 1 << random.Between(0, 3) : 0);
    }

    private static ProtocolOptions DrawOptions(SeededRandom random) => new()
    {
        ReviewInterval = random.Milliseconds(10, 30),
        RepeatInterval = random.Milliseconds(30, 150),
        GatherTimeout = random.Milliseconds(2000, 5000),
        FirstTaskTimeout = random.Milliseconds(50, 500),
        OverdueFactor = random.Between(1.5, 5),
        MinTaskTimeout = random.Milliseconds(30, 150),
        WorkerLostTimeout = random.Milliseconds(300, 2000),
        ServerLostTimeout = random.Milliseconds(300, 2000),
        MinWorkersTimeout = random.Milliseconds(500, 3000),
        HeartbeatInterval = random.Milliseconds(30, 100),
        WorkerSilenceTimeout = random.Milliseconds(200, 600),
        ServerSilenceTimeout = random.Milliseconds(200, 1000),
        GatherGrace = random.Milliseconds(50, 500),
        LeaveTimeout = random.Milliseconds(300, 2000),
        CoordinatorLostTimeout = random.Milliseconds(2000, 8000),
        RestartBudget = random.Happens(0.4) ? random.Between(0, 4) : 20,
        RestartWindow = random.Milliseconds(200, 10_000),
        CheckpointAttempts = random.Between(1, 5),
        CheckpointRetryInterval = random.Milliseconds(5, 100),
        CheckpointTimeout = random.Milliseconds(300, 2000),
    };

    private static List<(FaultKind Kind, TimeSpan Interval)> DrawFaults(SeededRandom random, FaultLevel level)
    {
        var faults = new List<(FaultKind, TimeSpan)>();
        if (level == FaultLevel.None)
            return faults;
        double share = level == FaultLevel.Heavy ? random.Between(0.1, 0.7) : 0.15;
        foreach (FaultKind kind in Enum.GetValues<FaultKind>())
        {
            double milliseconds = level == FaultLevel.Heavy
                ? random.LogBetween(20, 500)
                : random.LogBetween(200, 2000);
            if (random.Happens(kind == FaultKind.Stop ? share / 4 : share))
                faults.Add((kind, TimeSpan.FromMilliseconds(milliseconds)));
        }

        return faults;
    }
}
