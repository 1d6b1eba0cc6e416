namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// A role's own time. It stands still while the role's whole host does (a suspended machine, a stopped
/// process, a long pause of the runtime): otherwise a host that wakes up would take everybody else for silent.
/// </summary>
/// <remarks>
/// A role's timer fires every <paramref name="reviewInterval"/>, so a role that sees nothing at all for several
/// of them was not running.
/// </remarks>
internal sealed class RoleClock(TimeSpan reviewInterval)
{
    /// <summary>Timers are late on a busy machine; up to here that counts as time passing.</summary>
    private const int MissedReviews = 3;

    private TimeSpan _last;
    private TimeSpan _stoodStill;

    /// <summary>The role's time when its host's is <paramref name="now"/>; never goes back.</summary>
    public TimeSpan Read(TimeSpan now)
    {
        TimeSpan gap = now - _last;
        if (gap > reviewInterval * (MissedReviews + 1))
            _stoodStill += gap - reviewInterval;
        _last = now;
        return now - _stoodStill;
    }
}
