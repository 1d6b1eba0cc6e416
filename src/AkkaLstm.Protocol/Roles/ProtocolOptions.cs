namespace AkkaLstm.Protocol.Roles;

/// <summary>Deadlines and budgets of the roles. None of them can change a bit of the result, only how soon a run reacts to trouble.</summary>
public sealed record ProtocolOptions
{
    /// <summary>How often a node that nobody has welcomed yet announces itself. Default 1 s.</summary>
    public TimeSpan RegisterInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the coordinator waits for all servers and the first worker. Default 60 s.</summary>
    public TimeSpan GatherTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the coordinator looks for overdue answers and asks again. Default 2 s.</summary>
    public TimeSpan ReviewInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time for the first task, before any has been measured: afterwards a worker is given someone to help it. Default 5 min.</summary>
    public TimeSpan FirstTaskTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A task is overdue after this multiple of the time that its shards took in the last round. Default 4.</summary>
    public double OverdueFactor { get; init; } = 4;

    /// <summary>No task is overdue before this. Default 5 s.</summary>
    public TimeSpan MinTaskTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A worker this long overdue with a task is given up until it speaks again. Default 10 min.</summary>
    public TimeSpan WorkerLostTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A server that has not answered for this long is lost. Default 5 min.</summary>
    public TimeSpan ServerLostTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the job waits for a worker when none is left. Default 30 s.</summary>
    public TimeSpan NoWorkerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a node that hears nothing from the coordinator waits before it stops. Default 15 min.</summary>
    public TimeSpan CoordinatorLostTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Restarts of one node that are granted within <see cref="RestartWindow"/>; with one more it is given up. Default 3.</summary>
    public int RestartBudget { get; init; } = 3;

    /// <summary>The window of the restart budget. Default 10 min.</summary>
    public TimeSpan RestartWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Times that a checkpoint write is tried before the job fails. Default 3.</summary>
    public int CheckpointAttempts { get; init; } = 3;

    /// <summary>Pause before a checkpoint write is tried again. Default 5 s.</summary>
    public TimeSpan CheckpointRetryInterval { get; init; } = TimeSpan.FromSeconds(5);
}
