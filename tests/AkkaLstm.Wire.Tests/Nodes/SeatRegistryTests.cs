using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Wire.Tests.Nodes;

/// <summary>Who gets which seat: a case of each line of the table in docs/WIRE.md.</summary>
public class SeatRegistryTests
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);
    private static readonly NodeInstance A = new(1, 1), B = new(2, 2), C = new(3, 3);

    private readonly HandClock _clock = new();
    private readonly SeatRegistry _seats;

    public SeatRegistryTests() => _seats = new SeatRegistry(new ClusterShape(2), CallTimeout, _clock);

    [Fact]
    public void Admit_NewWorkers_GetTheLowestFreeSeats() =>
        Assert.Equal([0, 1, 2], new[] { A, B, C }.Select(who => Sits(Wants(who)).Index));

    [Fact]
    public void Admit_AllServersThere_NextOneIsBusy()
    {
        Sits(Wants(A, role: NodeRole.Server));
        Sits(Wants(B, role: NodeRole.Server));

        Assert.Equal(RefusalReason.Busy, Refused(Wants(C, role: NodeRole.Server)));
    }

    [Fact]
    public void Admit_ServerBeyondTheShape_IsBusy() =>
        Assert.Equal(RefusalReason.Busy, Refused(Asks(A, index: 2, role: NodeRole.Server)));

    [Fact]
    public void Admit_CallMadeBefore_IsAReplay()
    {
        Sits(Wants(A, call: 1));
        Sits(Asks(A, index: 0, call: 2));

        Assert.Equal(RefusalReason.Identity, Refused(Wants(A, call: 1)));
        Assert.Equal(RefusalReason.Identity, Refused(Asks(A, index: 0, call: 2)));
        Assert.Equal(RefusalReason.Identity, Refused(Asks(A, index: 0, call: 1)));
    }

    [Fact]
    public void Admit_CallerThatNeverHeardOfItsSeat_GetsTheSameAgain()
    {
        Admitted(Wants(A, call: 1));

        Assert.Equal(0, Sits(Wants(A, call: 2)).Index);
        Assert.Equal(1, Sits(Wants(B)).Index);
    }

    [Fact]
    public void Admit_Reconnect_KeepsSeatAndIncarnation()
    {
        Sits(Asks(A, index: 1, incarnation: 3));

        Assert.Equal((1, 3), Sits(Asks(A, index: 1, call: 2, incarnation: 3)));
    }

    [Fact]
    public void Admit_OtherProcessWhileTheFirstIsThere_IsRefused()
    {
        Sits(Asks(A, index: 0));

        Assert.Equal(RefusalReason.Identity, Refused(Asks(B, index: 0)));
    }

    [Fact]
    public void Admit_SuccessorWithAHigherIncarnation_TakesTheSeat()
    {
        Sits(Asks(A, index: 0));

        Assert.Equal((0, 5), Sits(Asks(B, index: 0, incarnation: 5)));
        Assert.Equal(RefusalReason.Identity, Refused(Asks(A, index: 0, call: 2)));
    }

    [Fact]
    public void Admit_AfterTheFirstHasHungUp_NewProcessHasTheNextIncarnation()
    {
        Sits(Asks(A, index: 0, incarnation: 4));
        Assert.True(_seats.Leave(NodeId.Worker(0), A, 1));

        Assert.Equal((0, 5), Sits(Wants(B)));
    }

    [Fact]
    public void Admit_HighestIncarnationThereIs_TheNextOneDoesNotOverflow()
    {
        Sits(Asks(A, index: 0, incarnation: WireLimits.MaxIncarnation));
        _seats.Leave(NodeId.Worker(0), A, 1);

        Assert.Equal((0, WireLimits.MaxIncarnation), Sits(Wants(B)));
    }

    [Fact]
    public void Admit_CallsThatAreNeverComplete_KeepTheirSeatsOnlyForAMoment()
    {
        Admitted(Wants(A, role: NodeRole.Server));
        Admitted(Wants(B, role: NodeRole.Server));
        Assert.Equal(RefusalReason.Busy, Refused(Wants(C, role: NodeRole.Server)));

        _clock.Advance(CallTimeout);

        Assert.Equal(0, Sits(Wants(C, role: NodeRole.Server)).Index);
    }

    [Fact]
    public void Admit_CallThatIsNeverComplete_DoesNotPushOutWhoSitsThere()
    {
        Sits(Asks(A, index: 0));
        Admitted(Asks(B, index: 0, incarnation: 9));
        _clock.Advance(CallTimeout);

        Assert.Equal((0, 0), Sits(Asks(A, index: 0, call: 2)));
    }

    [Fact]
    public void Admit_SeatThatIsJustBeingTaken_IsBusy()
    {
        Admitted(Asks(A, index: 0));

        Assert.Equal(RefusalReason.Busy, Refused(Asks(B, index: 0)));
    }

    [Fact]
    public void Sit_LaterCallWasAdmittedMeanwhile_TheEarlierOneDoesNotCount()
    {
        Admitted(Asks(A, index: 0, call: 1));
        Admitted(Asks(A, index: 0, call: 2));

        Assert.False(_seats.Sit(NodeId.Worker(0), A, 1));
        Assert.True(_seats.Sit(NodeId.Worker(0), A, 2));
    }

    [Fact]
    public void Leave_HangUpOfAnEarlierCall_IsStale()
    {
        Sits(Asks(A, index: 0, call: 1));
        Sits(Asks(A, index: 0, call: 2));

        Assert.False(_seats.Leave(NodeId.Worker(0), A, 1));
        Assert.False(_seats.Leave(NodeId.Worker(0), B, 2));
        Assert.True(_seats.Leave(NodeId.Worker(0), A, 2));
    }

    [Fact]
    public void Leave_ReconnectThatCameToNothing_FreesTheSeat()
    {
        Sits(Wants(A, role: NodeRole.Server));
        Sits(Wants(B, role: NodeRole.Server));
        Admitted(Asks(A, index: 0, call: 2, role: NodeRole.Server));
        Assert.True(_seats.Leave(NodeId.Server(0), A, 1));
        _clock.Advance(CallTimeout);

        Assert.Equal((0, 1), Sits(Wants(C, role: NodeRole.Server)));
    }

    [Fact]
    public void Leave_WhoeverSitsThere_FreesTheSeatAndForgetsItsCalls()
    {
        Sits(Asks(A, index: 0));
        Admitted(Asks(A, index: 0, call: 2));

        _seats.Leave(NodeId.Worker(0));

        Assert.False(_seats.IsOfLastCall(Asks(A, index: 0, call: 2)));
        Assert.Equal((0, 1), Sits(Wants(B)));
    }

    [Fact]
    public void IsOfLastCall_StrangersAndEarlierCalls_AreNot()
    {
        Admitted(Asks(A, index: 0, call: 5));

        Assert.True(_seats.IsOfLastCall(Asks(A, index: 0, call: 5)));
        Assert.False(_seats.IsOfLastCall(Asks(A, index: 0, call: 4)));
        Assert.False(_seats.IsOfLastCall(Asks(B, index: 0, call: 5)));
        Assert.False(_seats.IsOfLastCall(Asks(A, index: 1, call: 5)));
        Assert.False(_seats.IsOfLastCall(Asks(A, index: 0, call: 5, role: NodeRole.Server)));
    }

    [Fact]
    public void IsOfLastCall_CompleteCall_TakesNoMoreConnections()
    {
        Sits(Asks(A, index: 0, call: 5));

        Assert.False(_seats.IsOfLastCall(Asks(A, index: 0, call: 5)));
    }

    [Fact]
    public void Roster_OnlyServersWhoseCallIsComplete_WithTheAddressTheyAreSeenAt()
    {
        Sits(Asks(A, index: 0, role: NodeRole.Server) with { Listen = ":7101" });
        Admitted(Asks(B, index: 1, role: NodeRole.Server) with { Listen = "elsewhere.example:7102" });

        Assert.Equal([new RosterEntry(NodeId.Server(0), A, "10.0.0.9:7101")], _seats.Roster());
        _seats.Leave(NodeId.Server(0), A, 1);
        Assert.Empty(_seats.Roster());
    }

    [Fact]
    public void Roster_ServerSeenThroughIpV6_HasItsAddressInBrackets()
    {
        Greeting caller = Asks(A, index: 0, role: NodeRole.Server) with { Listen = ":7101" };
        _seats.Admit(caller, "::1");
        _seats.Sit(NodeId.Server(0), A, 1);

        Assert.Equal("[::1]:7101", Assert.Single(_seats.Roster()).Address);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData(":0")]
    [InlineData("host:99999")]
    [InlineData("a b:80")]
    public void Admit_ListensAtNoAddress_IsRefusedInsteadOfBeingTold(string listen) => Assert.Equal(
        RefusalReason.Identity, Refused(Asks(A, index: 0, role: NodeRole.Server) with { Listen = listen }));

    [Fact]
    public void Admit_Coordinator_IsRefused() =>
        Assert.Equal(RefusalReason.Identity, Refused(Asks(A, index: 0, role: NodeRole.Coordinator)));

    private static Greeting Wants(NodeInstance who, long call = 1, NodeRole role = NodeRole.Worker) =>
        Asks(who, index: 0, call, incarnation: 0, role) with { WantsSeat = true };

    private static Greeting Asks(
        NodeInstance who, int index, long call = 1, int incarnation = 0, NodeRole role = NodeRole.Worker) => new(
        WireLimits.ProtocolVersion, "run", "", "", new NodeId(role, index), who, WireChannel.Control, call,
        Incarnation: incarnation);

    private (NodeId Seat, int Incarnation) Admitted(Greeting caller)
    {
        (NodeId seat, int incarnation, GreetingRefused? refusal) = _seats.Admit(caller, "10.0.0.9");
        Assert.Null(refusal);
        return (seat, incarnation);
    }

    /// <summary>Admits a call and completes it.</summary>
    private (int Index, int Incarnation) Sits(Greeting caller)
    {
        (NodeId seat, int incarnation) = Admitted(caller);
        Assert.True(_seats.Sit(seat, caller.Instance, caller.Call));
        return (seat.Index, incarnation);
    }

    private RefusalReason? Refused(Greeting caller) => _seats.Admit(caller, "127.0.0.1").Refusal?.Why;

    private sealed class HandClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
