namespace AkkaLstm.Protocol.Roles;

internal enum WorkerStatus
{
    /// <summary>Takes tasks.</summary>
    Active,

    /// <summary>Finishes what it holds and takes no more.</summary>
    Leaving,

    /// <summary>It has been let go.</summary>
    Left,

    /// <summary>Failed and may come back as a new incarnation.</summary>
    Restarting,

    /// <summary>Nothing has come from it for too long; active again as soon as it speaks.</summary>
    Silent,

    /// <summary>It is there and has owed an answer for too long; active again when it has none to give.</summary>
    Hung,

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

    public TimeSpan HeardAt { get; set; }

    /// <summary>When it was last given a task or last answered one.</summary>
    public TimeSpan LastProgress { get; set; }

    /// <summary>When it was last sent tasks, for the first time or again.</summary>
    public TimeSpan AskedAt { get; set; }

    /// <summary>Whether its tasks have been given to others as well since then.</summary>
    public bool IsOverdue { get; set; }

    /// <summary>How fast it is, by kind of round.</summary>
    public WorkerSpeed[] Speeds { get; } = [new(), new()];

    /// <summary>Of the round in hand.</summary>
    public WorkerTimes Round { get; } = new();

    /// <summary>Of the epoch so far.</summary>
    public WorkerTimes Epoch { get; } = new();

    /// <summary>When the round's first tasks went out to it; null when it has been given none.</summary>
    public TimeSpan? AssignedAt { get; set; }
}
