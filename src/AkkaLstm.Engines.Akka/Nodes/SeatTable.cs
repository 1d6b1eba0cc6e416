using Akka.Actor;
using AkkaLstm.Engines.Akka.Peers;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>
/// Who has which address of the run. A process keeps its address as long as it lives; a new process gets a free one, or
/// the one it asks for if nobody is there, with an incarnation above all before. A coordinator that takes over begins with
/// an empty table, which fills as nodes knock.
/// </summary>
/// <param name="shape">How many servers there are; workers are as many as come.</param>
internal sealed class SeatTable(ClusterShape shape)
{
    private readonly SortedDictionary<int, Seat> _servers = [];
    private readonly SortedDictionary<int, Seat> _workers = [];

    private sealed class Seat
    {
        public required NodeInstance Instance { get; set; }

        public required int Incarnation { get; set; }

        public required IActorRef Actor { get; set; }

        public string Listen { get; set; } = "";

        public bool IsTaken { get; set; } = true;
    }

    /// <summary>The servers that can be called, and their actors.</summary>
    public IReadOnlyList<(RosterEntry Entry, IActorRef Actor)> Servers =>
    [
        .. _servers.Where(server => server.Value is { IsTaken: true, Listen.Length: > 0 }).Select(server => (
            new RosterEntry(NodeId.Server(server.Key), server.Value.Instance, server.Value.Listen), server.Value.Actor)),
    ];

    /// <summary>Actors of the workers.</summary>
    public IEnumerable<IActorRef> Workers => _workers.Values.Where(seat => seat.IsTaken).Select(seat => seat.Actor);

    /// <summary>Decides about a node that belongs to the job.</summary>
    /// <param name="caller">What it says of itself.</param>
    /// <param name="actor">Its actor.</param>
    /// <returns>Its seat; or why it gets none.</returns>
    public (NodeId Seat, int Incarnation, GreetingRefused? Refusal) Admit(Greeting caller, IActorRef actor)
    {
        NodeRole role = caller.Node.Role;
        if (role == NodeRole.Coordinator)
            return Refuse(RefusalReason.Identity, "this is the coordinator");
        SortedDictionary<int, Seat> seats = SeatsOf(role);
        int index = caller.WantsSeat ? FreeSeat(role, caller.Instance) : caller.Node.Index;
        if (index < 0 || (role == NodeRole.Server && index >= shape.SeatCount))
            return Refuse(RefusalReason.Busy, $"all {shape.SeatCount} servers are there");
        if (!seats.TryGetValue(index, out Seat? seat))
        {
            seats[index] = seat = new Seat
            {
                Instance = caller.Instance, Incarnation = caller.Incarnation, Actor = actor,
            };
        }
        else if (seat.Instance != caller.Instance && seat.IsTaken)
        {
            return Refuse(RefusalReason.Identity, $"{NodeOf(role, index)} is another process");
        }
        else if (seat.Instance != caller.Instance)
        {
            seat.Incarnation = Math.Max(seat.Incarnation + 1, caller.Incarnation);
            seat.Instance = caller.Instance;
        }

        seat.Actor = actor;
        seat.IsTaken = true;
        seat.Listen = caller.Listen.StartsWith(':') && actor.Path.Address.Host is { } host
            ? host + caller.Listen
            : caller.Listen;
        return (NodeOf(role, index), seat.Incarnation, null);
    }

    /// <summary>A node is gone; its seat is free.</summary>
    public void Leave(NodeId node)
    {
        if (SeatsOf(node.Role).TryGetValue(node.Index, out Seat? seat))
            seat.IsTaken = false;
    }

    private static (NodeId, int, GreetingRefused?) Refuse(RefusalReason why, string reason) =>
        (default, 0, new GreetingRefused(why, reason));

    private static NodeId NodeOf(NodeRole role, int index) =>
        role == NodeRole.Server ? NodeId.Server(index) : NodeId.Worker(index);

    private SortedDictionary<int, Seat> SeatsOf(NodeRole role) => role == NodeRole.Server ? _servers : _workers;

    /// <summary>The one that the process has already, else the lowest that is free; below 0 when there is none.</summary>
    private int FreeSeat(NodeRole role, NodeInstance instance)
    {
        SortedDictionary<int, Seat> seats = SeatsOf(role);
        foreach ((int index, Seat seat) in seats)
        {
            if (seat.Instance == instance)
                return index;
        }

        int count = role == NodeRole.Server ? shape.SeatCount : seats.Count + 1;
        for (int index = 0; index < count; index++)
        {
            if (!seats.TryGetValue(index, out Seat? seat) || !seat.IsTaken)
                return index;
        }

        return -1;
    }
}
