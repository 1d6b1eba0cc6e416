namespace AkkaLstm.Protocol.Roles;

internal enum WorkerStatus
{
    /// <summary>Takes tasks.</summary>
    Active,

    /// <summary>Failed and may come back as a new incarnation.</summary>
    Restarting,

    /// <summary>Silent or gone; active again as soon as it announces itself.</summary>
    Lost,

    /// <summary>Its restart budget is used up.</summary>
    GivenUp,
}

/// <summary>What the coordinator knows of one worker.</summary>
internal sealed class WorkerSeat(int index, RestartBudget restarts)
{
    public NodeId Node { get; } = NodeId.Worker(index);

    public int Index => Node.Index;

    public RestartBudget Restarts { get; } = restarts;

    public WorkerStatus Status { get; set; } = WorkerStatus.Active;

    public int Incarnation { get; set; }

    /// <summary>When it was last given a task or last answered one.</summary>
    public TimeSpan LastProgress { get; set; }

    /// <summary>Whether its tasks have been given to others as well since then.</summary>
    public bool IsOverdue { get; set; }

    /// <summary>Of the round in hand, counted answers only.</summary>
    public int RoundShardCount { get; set; }

    /// <inheritdoc cref="RoundShardCount"/>
    public TimeSpan RoundCompute { get; set; }

    /// <summary>Of the epoch so far.</summary>
    public int EpochShardCount { get; set; }

    /// <inheritdoc cref="EpochShardCount"/>
    public TimeSpan EpochCompute { get; set; }

    /// <inheritdoc cref="EpochShardCount"/>
    public TimeSpan EpochWait { get; set; }
}
