using System.Diagnostics;
using AkkaLstm.Protocol.Effects;

namespace AkkaLstm.Engines.InProcess;

/// <summary>
/// The threads that do mathematics: worker w's on thread w only, servers' on whichever thread has nothing to
/// do, first of all the one that came last with its gradient. So a step of a single worker and server runs
/// without any thread switch.
/// </summary>
/// <remarks>A thread that runs out of work spins for a moment, because the next step is usually near, and
/// then sleeps.</remarks>
internal sealed class ComputeThreads : IDisposable
{
    /// <summary>
    /// How long an idle thread spins; about what it takes the system to wake a sleeping one.
    /// </summary>
    private static readonly long SpinTicks = Stopwatch.Frequency / 20_000;

    /// <summary>
    /// How long <see cref="Dispose"/> waits for work under way; a thread that hangs longer is left behind.
    /// </summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    [ThreadStatic]
    private static ComputeThreads? _current;

    private readonly Lock _lock = new();
    private readonly Slot[] _slots;

    // Invariant: bounded by the number of servers, each of which has at most one order under way.
    private readonly Queue<WorkItem> _shared = new();
    private int _sharedCount;
    private volatile bool _isClosed;

    private readonly record struct WorkItem(Actor Actor, StartWork Work);

    private sealed class Slot : IDisposable
    {
        public required Thread Thread { get; init; }

        public SemaphoreSlim Wake { get; } = new(0);

        // The rest is guarded by the lock, except for a look without it while spinning.
        public WorkItem? Own { get; set; }

        public volatile bool HasOwn;

        public bool IsAsleep { get; set; }

        public void Dispose() => Wake.Dispose();
    }

    public ComputeThreads(int threadCount)
    {
        _slots = new Slot[threadCount];
        for (int i = 0; i < threadCount; i++)
        {
            int index = i;
            var thread = new Thread(() => Loop(_slots[index])) { IsBackground = true, Name = $"compute-{index}" };
            _slots[i] = new Slot { Thread = thread };
        }

        foreach (Slot slot in _slots)
            slot.Thread.Start();
    }

    /// <summary>Gives work to one particular thread, which must have taken the last it was given.</summary>
    public void Start(int threadIndex, Actor actor, StartWork work)
    {
        Slot slot = _slots[threadIndex];
        lock (_lock)
        {
            Debug.Assert(slot.Own is null, "a worker has at most one order under way");
            slot.Own = new WorkItem(actor, work);
            slot.HasOwn = true;
            WakeUp(slot);
        }
    }

    /// <summary>
    /// Gives work to any thread. One of these threads takes it itself as soon as it is done posting, so it
    /// wakes nobody.
    /// </summary>
    public void StartAnywhere(Actor actor, StartWork work)
    {
        lock (_lock)
        {
            _shared.Enqueue(new WorkItem(actor, work));
            Volatile.Write(ref _sharedCount, _shared.Count);
            if (_current != this)
                WakeOneUp();
        }
    }

    /// <summary>
    /// Ends the threads after the work they are at, and returns whether all have ended. Work not begun is
    /// dropped.
    /// </summary>
    public bool Close()
    {
        _isClosed = true;
        lock (_lock)
        {
            foreach (Slot slot in _slots)
                WakeUp(slot);
        }

        long deadline = Stopwatch.GetTimestamp() + (long)(ShutdownTimeout.TotalSeconds * Stopwatch.Frequency);
        bool haveAllEnded = true;
        foreach (Slot slot in _slots)
        {
            double secondsLeft = Math.Max(0, deadline - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency;
            haveAllEnded &= slot.Thread.Join(TimeSpan.FromSeconds(secondsLeft));
        }

        return haveAllEnded;
    }

    public void Dispose()
    {
        foreach (Slot slot in _slots)
            slot.Dispose();
    }

    private void Loop(Slot slot)
    {
        _current = this;
        while (!_isClosed)
        {
            if (TryTake(slot) is { } item)
                item.Actor.Execute(item.Work);
            else if (!SpinForWork(slot))
                slot.Wake.Wait();
        }
    }

    /// <summary>Takes work, or marks the thread asleep if there is still none after spinning.</summary>
    private WorkItem? TryTake(Slot slot)
    {
        lock (_lock)
        {
            slot.IsAsleep = false;
            if (slot.Own is { } own)
            {
                slot.Own = null;
                slot.HasOwn = false;
                if (_shared.Count > 0)
                    WakeOneUp();
                return own;
            }

            if (!_shared.TryDequeue(out WorkItem item))
                return null;
            Volatile.Write(ref _sharedCount, _shared.Count);
            if (_shared.Count > 0)
                WakeOneUp();
            return item;
        }
    }

    private bool SpinForWork(Slot slot)
    {
        long end = Stopwatch.GetTimestamp() + SpinTicks;
        while (Stopwatch.GetTimestamp() < end)
        {
            if (slot.HasOwn || Volatile.Read(ref _sharedCount) > 0 || _isClosed)
                return true;
            Thread.SpinWait(20);
        }

        lock (_lock)
        {
            if (slot.Own is not null || _shared.Count > 0 || _isClosed)
                return true;
            slot.IsAsleep = true;
            return false;
        }
    }

    private static void WakeUp(Slot slot)
    {
        if (!slot.IsAsleep)
            return;
        slot.IsAsleep = false;
        slot.Wake.Release();
    }

    private void WakeOneUp()
    {
        foreach (Slot slot in _slots)
        {
            if (slot.IsAsleep)
            {
                WakeUp(slot);
                return;
            }
        }
    }
}
