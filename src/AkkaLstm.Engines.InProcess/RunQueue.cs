namespace AkkaLstm.Engines.InProcess;

/// <summary>
/// Runs actors on the thread that posts to them, one after the other: an actor that gets a message from one
/// that runs on this thread is queued behind it instead of being entered, so the stack stays flat however
/// long a chain of messages gets.
/// </summary>
internal static class RunQueue
{
    [ThreadStatic]
    private static Queue<Actor>? _waiting;

    [ThreadStatic]
    private static bool _isRunning;

    /// <summary>
    /// Drains the actor, and all that are posted to on the way; or leaves it to the caller further up that is
    /// doing so.
    /// </summary>
    public static void Run(Actor actor)
    {
        _waiting ??= new Queue<Actor>();
        _waiting.Enqueue(actor);
        if (_isRunning)
            return;
        _isRunning = true;
        while (_waiting.TryDequeue(out Actor? next))
            next.Drain();
        _isRunning = false;
    }
}
