namespace AkkaLstm.Protocol.Work;

/// <summary>
/// Turns orders into mathematics for one incarnation of one actor. Calls come one at a time, so it needs no
/// locks for what it owns; successive calls may come from different threads. Disposed when the incarnation
/// ends; results that it has returned stay readable after that.
/// </summary>
public interface IWorkExecutor : IDisposable
{
    /// <summary>
    /// Does the work and returns the result type that the order names. Any exception counts as failed work:
    /// the actor is restarted with a new executor, within its budget; a <see cref="PermanentWorkException"/>
    /// fails the job.
    /// </summary>
    WorkResult Execute(WorkOrder order);
}
