using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.InProcess;

/// <summary>How a job is spread over one process. None of it can change a bit of the result.</summary>
public sealed record EngineOptions
{
    /// <summary>W, the number of workers; each computes on a thread of its own. Default 1.</summary>
    public int WorkerCount { get; init; } = 1;

    /// <summary>
    /// K, the number of parameter servers; they compute on whichever thread is free, so K = W uses all
    /// threads. Default 1.
    /// </summary>
    public int ServerCount { get; init; } = 1;

    /// <summary>Deadlines and budgets.</summary>
    public ProtocolOptions Protocol { get; init; } = new();

    /// <summary>The clock. Default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(WorkerCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ServerCount, 1);
        Protocol.Validate();
    }
}
