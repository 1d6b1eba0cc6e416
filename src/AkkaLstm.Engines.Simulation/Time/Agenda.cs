namespace AkkaLstm.Engines.Simulation;

/// <summary>
/// The virtual clock: what is to happen, in order of time and, at one time, in the order in which it was planned.
/// Nothing happens between two entries, so waiting costs nothing.
/// </summary>
internal sealed class Agenda
{
    private readonly PriorityQueue<Action, (long DueTicks, long Order)> _entries = new();
    private long _order;

    /// <summary>Virtual time since the simulation began.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Plans something; what is due already happens next.</summary>
    public void At(TimeSpan due, Action action) =>
        _entries.Enqueue(action, (Math.Max(due.Ticks, Now.Ticks), _order++));

    /// <summary>Plans something for a time from now.</summary>
    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>
    /// Moves the clock to the next entry and does it; false, and nothing happens, where none is due by
    /// <paramref name="limit"/>.
    /// </summary>
    public bool TryStep(TimeSpan limit)
    {
        if (!_entries.TryPeek(out Action? action, out (long DueTicks, long Order) key) || key.DueTicks > limit.Ticks)
            return false;
        _entries.Dequeue();
        Now = new TimeSpan(key.DueTicks);
        action();
        return true;
    }
}
