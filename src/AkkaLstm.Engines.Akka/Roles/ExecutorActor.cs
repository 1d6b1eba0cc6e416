using Akka.Actor;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Akka.Roles;

/// <summary>
/// Does the work of one incarnation of a role, on a thread of its own, and tells the role the result. Its executor is
/// made for the first order and disposed of when the actor stops, which is never while work is under way.
/// </summary>
internal sealed class ExecutorActor : UntypedActor
{
    /// <summary>
    /// Name of the dispatcher in the configuration; one thread an actor, because mathematics would hold up whatever
    /// shares a thread with it, heartbeats of the cluster too.
    /// </summary>
    public const string DispatcherId = "akkalstm.compute-dispatcher";

    private readonly Func<IWorkExecutor> _create;
    private IWorkExecutor? _executor;

    public ExecutorActor(Func<IWorkExecutor> create) => _create = create;

    /// <summary>How to make one.</summary>
    /// <param name="create">Makes the executor.</param>
    public static Props Props(Func<IWorkExecutor> create) =>
        global::Akka.Actor.Props.Create(() => new ExecutorActor(create)).WithDispatcher(DispatcherId);

    protected override void OnReceive(object message)
    {
        if (message is StartWork work)
            Context.Parent.Tell(Execute(work));
        else
            Unhandled(message);
    }

    protected override void PostStop() => _executor?.Dispose();

    private RoleInput Execute(StartWork work)
    {
#pragma warning disable CA1031 // whatever an executor throws is failed work, and the protocol decides about it
        try
        {
            _executor ??= _create();
            return new WorkDone(work.WorkId, _executor.Execute(work.Order));
        }
        catch (Exception exception)
        {
            return new WorkFailed(work.WorkId, WorkError.From(exception));
        }
#pragma warning restore CA1031
    }
}
