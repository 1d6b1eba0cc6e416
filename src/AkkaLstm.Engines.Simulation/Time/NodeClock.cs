namespace AkkaLstm.Engines.Simulation;

/// <summary>
/// What a node takes for the time: it runs at a rate of its own from an offset of its own, may be set forward,
/// and never goes back.
/// </summary>
internal sealed class NodeClock
{
    private TimeSpan _offset;
    private TimeSpan _since;
    private double _rate;

    /// <summary>Starts a clock.</summary>
    /// <param name="rate">Its seconds per virtual second; above 0.</param>
    /// <param name="offset">What it shows at virtual time 0.</param>
    public NodeClock(double rate, TimeSpan offset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rate, 0);
        (_rate, _offset) = (rate, offset);
    }

    /// <summary>What it shows at a virtual time.</summary>
    public TimeSpan At(TimeSpan now) => _offset + ((now - _since) * _rate);

    /// <summary>How long it takes in virtual time until it has moved on by <paramref name="local"/>.</summary>
    public TimeSpan ToVirtual(TimeSpan local) => local / _rate;

    /// <summary>From <paramref name="now"/> on it runs at another rate.</summary>
    public void SetRate(TimeSpan now, double rate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rate, 0);
        (_offset, _since, _rate) = (At(now), now, rate);
    }

    /// <summary>Somebody sets it forward.</summary>
    public void Jump(TimeSpan forward)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(forward, TimeSpan.Zero);
        _offset += forward;
    }
}
