using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using AkkaLstm.Engines.Akka.Roles;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;
using Xunit.Abstractions;

namespace AkkaLstm.Engines.Akka.Tests.Roles;

/// <summary>The shell performs each effect as the protocol says, and lets through nothing else.</summary>
public sealed class RoleActorSpecs(ITestOutputHelper output) : TestKit(Configuration, output: output)
{
    private static readonly Config Configuration = ConfigurationFactory
        .ParseString(
            """
            akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
            akka.actor.guardian-supervisor-strategy = "Akka.Actor.StoppingSupervisorStrategy"
            """)
        .WithFallback(EngineConfig.Compute);

    private static readonly NodeId Node = NodeId.Worker(3);
    private static readonly Fence Fence = new("run", 1, 1, 0);

    [Fact]
    public void Step_SendMessage_GoesToThePeersWithItsSender()
    {
        ShellProbe shell = Start(on => on(typeof(Started), new SendMessage(NodeId.Coordinator, new Welcomed(Fence))));

        shell.Tell(new Started());

        Assert.Equal(new Sent(Node, NodeId.Coordinator, new Welcomed(Fence)), ExpectMsg<Sent>());
    }

    [Fact]
    public void Step_ArmTimer_FiresOnceAfterItsDelay()
    {
        ShellProbe shell = Start(on => on(typeof(Started), new ArmTimer(TimeSpan.FromSeconds(2))));
        shell.Tell(new Started());
        Assert.IsType<Started>(shell.NextInput());
        shell.Tell(new PeerLost(Node));
        Assert.IsType<PeerLost>(shell.NextInput()); // the timer is set: effects come before the next input

        Scheduler.Advance(TimeSpan.FromSeconds(1.9));
        shell.Tell(new PeerLost(Node));
        Assert.IsType<PeerLost>(shell.NextInput()); // nothing fired before it
        Scheduler.Advance(TimeSpan.FromSeconds(0.2));

        Assert.IsType<TimerFired>(shell.NextInput());
        Scheduler.Advance(TimeSpan.FromHours(1));
        shell.Tell(new StopRequested());
        Assert.IsType<StopRequested>(shell.NextInput()); // and no second firing before it
    }

    [Fact]
    public void Step_ArmTimerAgain_ReplacesTheEarlierSetting()
    {
        ShellProbe shell = Start(on =>
        {
            on(typeof(Started), new ArmTimer(TimeSpan.FromSeconds(1)));
            on(typeof(StopRequested), new ArmTimer(TimeSpan.FromSeconds(5)));
        });
        shell.Tell(new Started());
        shell.Tell(new StopRequested());
        Assert.IsType<Started>(shell.NextInput());
        Assert.IsType<StopRequested>(shell.NextInput());
        shell.Tell(new PeerLost(Node));
        Assert.IsType<PeerLost>(shell.NextInput()); // the timer is set again: effects come before the next input

        Scheduler.Advance(TimeSpan.FromSeconds(4));
        shell.Tell(new PeerLost(Node));
        Assert.IsType<PeerLost>(shell.NextInput()); // nothing fired in between
        Scheduler.Advance(TimeSpan.FromSeconds(1));

        Assert.IsType<TimerFired>(shell.NextInput());
    }

    [Fact]
    public void Step_StartWork_IsDoneOnAThreadOfItsOwnAndComesBack()
    {
        var result = new SliceSums([1.5]);
        int workThread = 0;
        ShellProbe shell = Start(
            on => on(typeof(Started), new StartWork(7, Order)),
            _ => new TestExecutor(_ =>
            {
                workThread = Environment.CurrentManagedThreadId;
                return result;
            }));

        shell.Tell(new Started());

        Assert.IsType<Started>(shell.NextInput());
        Assert.Equal(new WorkDone(7, result), shell.NextInput());
        Assert.NotEqual(shell.RoleThread, workThread);
    }

    [Fact]
    public void Step_WorkThrows_ComesBackAsFailedAndTheShellLivesOn()
    {
        ShellProbe shell = Start(
            on => on(typeof(Started), new StartWork(7, Order)),
            _ => new TestExecutor(_ => throw new PermanentWorkException("no space left")));

        shell.Tell(new Started());

        Assert.IsType<Started>(shell.NextInput());
        Assert.Equal(new WorkFailed(7, new WorkError("no space left", IsPermanent: true)), shell.NextInput());
        shell.Tell(new StopRequested());
        Assert.IsType<StopRequested>(shell.NextInput());
    }

    [Fact]
    public void Step_ExecutorCannotBeMade_ComesBackAsFailed()
    {
        ShellProbe shell = Start(
            on => on(typeof(Started), new StartWork(7, Order)),
            _ => throw new InvalidDataException("planted"));

        shell.Tell(new Started());

        Assert.IsType<Started>(shell.NextInput());
        Assert.Contains("planted", Assert.IsType<WorkFailed>(shell.NextInput()).Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_RestartNode_BeginsTheNextIncarnationAndDisposesOfTheOldExecutor()
    {
        using var disposed = new ManualResetEventSlim();
        ShellProbe shell = Start(
            on =>
            {
                on(typeof(Started), new StartWork(1, Order));
                on(typeof(StopRequested), new RestartNode());
            },
            incarnation => new TestExecutor(
                _ => new SliceSums([incarnation]), incarnation == 0 ? disposed.Set : static () => { }));
        shell.Tell(new Started());
        Assert.Equal((0, typeof(Started)), shell.NextWithIncarnation());
        Assert.Equal((0, typeof(WorkDone)), shell.NextWithIncarnation());

        shell.Tell(new StopRequested());

        Assert.Equal((0, typeof(StopRequested)), shell.NextWithIncarnation());
        Assert.Equal((1, typeof(Started)), shell.NextWithIncarnation());
        Assert.Equal((1, typeof(WorkDone)), shell.NextWithIncarnation());
        Assert.True(disposed.Wait(RemainingOrDefault));
    }

    [Fact]
    public async Task Receive_ResultOfAnEarlierIncarnation_IsDropped()
    {
        using var release = new ManualResetEventSlim();
        ShellProbe shell = Start(
            on =>
            {
                on(typeof(Started), new StartWork(1, Order));
                on(typeof(StopRequested), new RestartNode());
            },
            incarnation => new TestExecutor(_ =>
            {
                if (incarnation == 0)
                    release.Wait();
                return new SliceSums([incarnation]);
            }));
        shell.Tell(new PeerLost(Node));
        Assert.IsType<PeerLost>(shell.NextInput()); // so that the shell and its executor are there
        IActorRef first = await Sys.ActorSelection(shell.Actor.Path / "executor-0").ResolveOne(RemainingOrDefault);
        shell.Tell(new Started());
        shell.Tell(new StopRequested());
        Assert.IsType<Started>(shell.NextInput());
        Assert.IsType<StopRequested>(shell.NextInput());
        Assert.IsType<Started>(shell.NextInput());

        Assert.Equal([1], Assert.IsType<SliceSums>(Assert.IsType<WorkDone>(shell.NextInput()).Result).BlockSquareSums);
        Watch(first);
        release.Set();
        ExpectTerminated(first);
        shell.Tell(new PeerLost(Node));

        Assert.IsType<PeerLost>(shell.NextInput());
    }

    [Fact]
    public void Receive_ResultFromAStranger_IsDropped()
    {
        ShellProbe shell = Start(_ => { });

        shell.Actor.Tell(new WorkDone(1, new SliceSums([])), TestActor);
        shell.Tell(new Started());

        Assert.IsType<Started>(shell.NextInput());
    }

    [Fact]
    public void Step_StopNode_StopsTheActor()
    {
        ShellProbe shell = Start(on => on(typeof(Started), new StopNode(StopCause.Told, "given up")));
        Watch(shell.Actor);

        shell.Tell(new Started());

        ExpectTerminated(shell.Actor);
    }

    [Fact]
    public void Step_EndJobAndRecordEvent_ReachTheHost()
    {
        var outcome = new JobOutcome(JobOutcomeKind.Completed, JobProgress.Initial, null, null);
        ShellProbe shell = Start(on => on(typeof(Started), new RecordEvent(new StopAccepted(Fence)), new EndJob(outcome)));

        shell.Tell(new Started());

        Assert.Equal(new Recorded(Node, new StopAccepted(Fence)), ExpectMsg<Recorded>());
        Assert.Same(outcome, ExpectMsg<JobOutcome>());
    }

    [Fact]
    public void Step_RoleThrows_StopsTheShellAndTellsItsSupervisor()
    {
        ShellProbe shell = Start(_ => { });
        Watch(shell.Actor);

        EventFilter.Exception<InvalidOperationException>("planted mistake").ExpectOne(
            () => shell.Tell(new LeaveRequested()));

        ExpectTerminated(shell.Actor);
    }

    [Fact]
    public void Receive_AnythingElse_IsUnhandled()
    {
        ShellProbe shell = Start(_ => { });
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));

        shell.Actor.Tell("hello");

        Assert.Equal("hello", ExpectMsg<UnhandledMessage>().Message);
    }

    [Fact]
    public void Worker_Started_AnnouncesItselfToTheCoordinator()
    {
        RoleHost host = ShellProbe.HostOf(TestActor, new NoWork());
        IActorRef worker = Sys.ActorOf(Props.Create(() => new WorkerActor(host, 3, 0, "run", new ProtocolOptions())));

        worker.Tell(new Started());

        (NodeId from, NodeId to, Message message) = ExpectMsg<Sent>();
        Assert.Equal((Node, NodeId.Coordinator), (from, to));
        Assert.True(Assert.IsType<WorkerReady>(message).IsIdle);
    }

    [Fact]
    public void Server_Started_AnnouncesItselfToTheCoordinator()
    {
        RoleHost host = ShellProbe.HostOf(TestActor, new NoWork());
        IActorRef server = Sys.ActorOf(
            Props.Create(() => new ParameterServerActor(host, 1, 0, "run", new ProtocolOptions())));

        server.Tell(new Started());

        (NodeId from, NodeId to, Message message) = ExpectMsg<Sent>();
        Assert.Equal((NodeId.Server(1), NodeId.Coordinator), (from, to));
        Assert.Null(Assert.IsType<ServerReady>(message).Holding);
    }

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    private ShellProbe Start(ScriptWriter write, Func<int, IWorkExecutor>? createExecutor = null) =>
        new(Sys, TestActor, Node, write, createExecutor ?? (_ => new TestExecutor(_ => new SliceSums([]))));

    private static ReduceSlice Order => new(Fence, new SliceId(0, 1), []);
}
