namespace AkkaLstm.Protocol.Roles;

/// <summary>Grants a bounded number of restarts within a sliding window of time.</summary>
internal sealed class RestartBudget(int count, TimeSpan window)
{
    // Invariant: at most `count` times, in order, none older than the window at the last call.
    private readonly Queue<TimeSpan> _granted = new();

    /// <summary>Takes a restart from the budget; false when it is used up.</summary>
    public bool TryTake(TimeSpan now)
    {
        while (_granted.TryPeek(out TimeSpan oldest) && now - oldest > window)
            _granted.Dequeue();
        if (_granted.Count >= count)
            return false;
        _granted.Enqueue(now);
        return true;
    }
}
