using System.Collections.Concurrent;
using Akka.Actor;
using AkkaLstm.Engines.Akka.Roles;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Akka.Tests.Roles;

/// <summary>What a role sent.</summary>
internal sealed record Sent(NodeId From, NodeId To, Message Message);

/// <summary>What a role recorded.</summary>
internal sealed record Recorded(NodeId Source, JobEvent Event);

/// <summary>Says what a role does about a type of input.</summary>
internal delegate void ScriptWriter(ScriptLine on);

/// <summary>On this type of input, these effects.</summary>
internal delegate void ScriptLine(Type input, params Effect[] effects);

/// <summary>A shell around a role that does what a script says; what leaves it goes to the test's actor.</summary>
internal sealed class ShellProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly BlockingCollection<(int Incarnation, RoleInput Input)> _inputs = [];
    private readonly Dictionary<Type, Effect[]> _script = [];

    public ShellProbe(
        ActorSystem system, IActorRef test, NodeId node, ScriptWriter write, Func<int, IWorkExecutor> createExecutor)
    {
        write((type, effects) => _script.Add(type, effects));
        RoleHost host = HostOf(test, new TestFactory(createExecutor));
        Actor = system.ActorOf(Props.Create(() => new TestShell(host, node, CreateRole)), "shell");
    }

    public IActorRef Actor { get; }

    /// <summary>A thread that the role ran on.</summary>
    public int RoleThread { get; private set; }

    /// <summary>A host that shows a test's actor all that reaches it.</summary>
    public static RoleHost HostOf(IActorRef test, IWorkExecutorFactory executors) =>
        new(new TestPeers(test), executors, new TestSink(test), test.Tell);

    public void Tell(RoleInput input) => Actor.Tell(input, ActorRefs.NoSender);

    /// <summary>The next input that reached the role.</summary>
    public RoleInput NextInput() => Next().Input;

    public (int Incarnation, Type Type) NextWithIncarnation()
    {
        (int incarnation, RoleInput input) = Next();
        return (incarnation, input.GetType());
    }

    private (int Incarnation, RoleInput Input) Next()
    {
        Assert.True(_inputs.TryTake(out (int, RoleInput) next, Patience), "no input reached the role");
        return next;
    }

    private ScriptedRole CreateRole(int incarnation) => new(this, incarnation);

    private sealed class TestShell(RoleHost host, NodeId node, Func<int, IRole> createRole)
        : RoleActor(node, host, incarnation: 0, createRole);

    private sealed class ScriptedRole(ShellProbe probe, int incarnation) : IRole
    {
        public void Step(RoleInput input, TimeSpan now, Outbox outbox)
        {
            probe.RoleThread = Environment.CurrentManagedThreadId;
            if (input is LeaveRequested)
                throw new InvalidOperationException("planted mistake");
            foreach (Effect effect in probe._script.GetValueOrDefault(input.GetType()) ?? [])
                outbox.Add(effect);
            probe._inputs.Add((incarnation, input));
        }
    }

    private sealed class TestPeers(IActorRef test) : IPeers
    {
        public void Send(NodeId from, NodeId to, Message message) => test.Tell(new Sent(from, to, message));
    }

    private sealed class TestSink(IActorRef test) : IEventSink
    {
        public void Record(TimeSpan now, NodeId source, JobEvent what) => test.Tell(new Recorded(source, what));
    }

    private sealed class TestFactory(Func<int, IWorkExecutor> create) : IWorkExecutorFactory
    {
        public IWorkExecutor Create(NodeId node, int incarnation) => create(incarnation);
    }
}
