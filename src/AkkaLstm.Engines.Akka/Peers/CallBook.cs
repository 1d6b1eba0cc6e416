using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Akka.Peers;

/// <summary>
/// The last call of each process that has called, so that none is made twice. Of the longest known callers the calls are
/// forgotten first. Not thread-safe.
/// </summary>
internal sealed class CallBook
{
    /// <summary>Callers whose last call is remembered.</summary>
    public const int MaxCallers = 4096;

    private readonly Dictionary<NodeInstance, (long Call, WireChannel First)> _calls = [];
    private readonly Queue<NodeInstance> _callers = [];

    /// <summary>Takes down a connection: the first of a later call than those before, or the other of its two.</summary>
    /// <returns>False where it has been made before.</returns>
    public bool TryAdd(Greeting caller)
    {
        (long Call, WireChannel First) last = _calls.GetValueOrDefault(caller.Instance);
        if (caller.Call <= last.Call)
            return caller.Call == last.Call && caller.Channel != last.First;
        if (_calls.TryAdd(caller.Instance, default))
            _callers.Enqueue(caller.Instance);
        _calls[caller.Instance] = (caller.Call, caller.Channel);
        if (_callers.Count > MaxCallers)
            _calls.Remove(_callers.Dequeue());
        return true;
    }
}
