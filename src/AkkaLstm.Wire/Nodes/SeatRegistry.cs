using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Wire.Nodes;

/// <summary>
/// Who has which address of the run. A process keeps its address over a reconnect; a new process gets a free one, or
/// the one it asks for if nobody is there or it comes after who is, with an incarnation above all before. A call that
/// was admitted changes nothing until it is complete: it keeps the seat for a moment, and then it is forgotten.
/// Thread-safe.
/// </summary>
/// <param name="shape">How many servers there are; workers are as many as come.</param>
/// <param name="callTimeout">How long an admitted call may take to be complete.</param>
/// <param name="clock">Measures it.</param>
public sealed class SeatRegistry(ClusterShape shape, TimeSpan callTimeout, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, Seat> _servers = [];
    private readonly SortedDictionary<int, Seat> _workers = [];

    /// <summary>Decides about a caller that belongs to the job.</summary>
    /// <param name="caller">What it says of itself.</param>
    /// <param name="from">The host that it calls from, for those that name none where they listen.</param>
    /// <returns>Its seat; or why it gets none.</returns>
    public (NodeId Seat, int Incarnation, GreetingRefused? Refusal) Admit(Greeting caller, string from)
    {
        if (caller.Node.Role == NodeRole.Coordinator)
            return Refuse(RefusalReason.Identity, "this is the coordinator");
        if (AddressOf(caller, from) is not { } address)
            return Refuse(RefusalReason.Identity, $"{caller.Listen} is no address that others could call");
        lock (_gate)
        {
            SortedDictionary<int, Seat> seats = SeatsOf(caller.Node.Role);
            int index = caller.WantsSeat ? SeatFor(caller) : caller.Node.Index;
            if (index >= MostSeats(caller.Node.Role))
                return Refuse(RefusalReason.Busy, $"all {MostSeats(caller.Node.Role)} places are taken");
            if (!seats.TryGetValue(index, out Seat? seat))
                seats[index] = seat = new Seat();
            if (Objection(seat, caller, NodeOf(caller.Node.Role, index)) is { } refusal)
                return (default, 0, refusal);
            int incarnation = IncarnationOf(seat, caller);
            seat.Call = new Occupant(caller.Instance, incarnation, caller.Call, address);
            seat.CallSince = clock.GetTimestamp();
            return (NodeOf(caller.Node.Role, index), incarnation, null);
        }
    }

    /// <summary>Whether a connection belongs to the call that was admitted last.</summary>
    public bool IsOfLastCall(Greeting caller)
    {
        lock (_gate)
            return Find(caller.Node)?.Call is { } call && call.IsOf(caller.Instance, caller.Call);
    }

    /// <summary>A call that was admitted is complete: its process sits there from now on.</summary>
    /// <returns>False where a later call has come meanwhile; this one is to be closed.</returns>
    public bool Sit(NodeId node, NodeInstance instance, long call)
    {
        lock (_gate)
        {
            if (Find(node) is not { Call: { } admitted } seat || !admitted.IsOf(instance, call))
                return false;
            (seat.Occupant, seat.Call, seat.IsConnected) = (admitted, null, true);
            return true;
        }
    }

    /// <summary>A call has ended.</summary>
    /// <returns>Whether it was the last one of the process that sits there.</returns>
    public bool Leave(NodeId node, NodeInstance instance, long call)
    {
        lock (_gate)
        {
            if (Find(node) is not { Occupant: { } occupant } seat || !occupant.IsOf(instance, call))
                return false;
            seat.IsConnected = false;
            return true;
        }
    }

    /// <summary>Whoever sits there is gone, whatever calls it has made.</summary>
    public void Leave(NodeId node)
    {
        lock (_gate)
        {
            if (Find(node) is { } seat)
                (seat.IsConnected, seat.Call) = (false, null);
        }
    }

    /// <summary>The servers that can be called.</summary>
    public IReadOnlyList<RosterEntry> Roster()
    {
        lock (_gate)
        {
            return
            [
                .. _servers.Where(server => server.Value is { IsConnected: true, Occupant.Address.Length: > 0 }).Select(
                    server => new RosterEntry(
                        NodeId.Server(server.Key), server.Value.Occupant!.Instance, server.Value.Occupant.Address)),
            ];
        }
    }

    private GreetingRefused? Objection(Seat seat, Greeting caller, NodeId node)
    {
        if (LastCallOf(seat, caller.Instance) is { } last && caller.Call <= last)
            return new(RefusalReason.Identity, "the call has been made before");
        if (IsBeingTaken(seat) && seat.Call!.Instance != caller.Instance)
            return new(RefusalReason.Busy, $"{node} is just being taken");
        return seat is { IsConnected: true, Occupant: { } occupant } && occupant.Instance != caller.Instance
            && caller.Incarnation <= occupant.Incarnation
            ? new(RefusalReason.Identity, $"{node} is another process")
            : null;
    }

    private static int IncarnationOf(Seat seat, Greeting caller)
    {
        if (seat.Occupant is not { } occupant)
            return caller.Incarnation;
        return occupant.Instance == caller.Instance
            ? occupant.Incarnation
            : Math.Min(Math.Max(occupant.Incarnation + 1, caller.Incarnation), WireLimits.MaxIncarnation);
    }

    private static long? LastCallOf(Seat seat, NodeInstance instance)
    {
        long? admitted = seat.Call?.Instance == instance ? seat.Call.Number : null;
        long? complete = seat.Occupant?.Instance == instance ? seat.Occupant.Number : null;
        return admitted ?? complete;
    }

    private bool IsBeingTaken(Seat seat) => seat.Call is not null && clock.GetElapsedTime(seat.CallSince) < callTimeout;

    /// <summary>
    /// The seat of a process that does not know of one: what it has got if its call broke off before it heard of it,
    /// else the lowest that was never taken or whose process has hung up.
    /// </summary>
    private int SeatFor(Greeting caller)
    {
        SortedDictionary<int, Seat> seats = SeatsOf(caller.Node.Role);
        int free = -1;
        int next = 0;
        foreach ((int index, Seat seat) in seats)
        {
            if (LastCallOf(seat, caller.Instance) is not null)
                return index;
            if (free < 0 && index > next)
                free = next;
            if (free < 0 && !seat.IsConnected && !IsBeingTaken(seat))
                free = index;
            next = index + 1;
        }

        return free < 0 ? next : free;
    }

    private int MostSeats(NodeRole role) => role == NodeRole.Server ? shape.SeatCount : WireLimits.MaxNodeIndex + 1;

    private Seat? Find(NodeId node) =>
        node.Role == NodeRole.Coordinator ? null : SeatsOf(node.Role).GetValueOrDefault(node.Index);

    private SortedDictionary<int, Seat> SeatsOf(NodeRole role) => role == NodeRole.Server ? _servers : _workers;

    private static (NodeId, int, GreetingRefused?) Refuse(RefusalReason why, string reason) =>
        (default, 0, new GreetingRefused(why, reason));

    private static NodeId NodeOf(NodeRole role, int index) =>
        role == NodeRole.Server ? NodeId.Server(index) : NodeId.Worker(index);

    /// <summary>What others are told to call; empty for nowhere, null where it is no address. One without a host is at
    /// the caller's own.</summary>
    private static string? AddressOf(Greeting caller, string from)
    {
        if (caller.Listen.Length == 0)
            return "";
        string text = caller.Listen.StartsWith(':') ? HostAndPort.At(from, caller.Listen) : caller.Listen;
        return HostAndPort.TryParse(text, out _) && !text.EndsWith(":0", StringComparison.Ordinal) ? text : null;
    }

    /// <summary>A process at a seat, by one of its calls.</summary>
    private sealed record Occupant(NodeInstance Instance, int Incarnation, long Number, string Address)
    {
        public bool IsOf(NodeInstance instance, long number) => Instance == instance && Number == number;
    }

    private sealed class Seat
    {
        /// <summary>Who sits there, or sat there last.</summary>
        public Occupant? Occupant { get; set; }

        public bool IsConnected { get; set; }

        /// <summary>The call that was admitted last, until it is complete.</summary>
        public Occupant? Call { get; set; }

        public long CallSince { get; set; }
    }
}
