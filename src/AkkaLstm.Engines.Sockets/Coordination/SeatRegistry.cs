using System.Net;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Sockets.Coordination;

/// <summary>
/// Who has which address of the run. A process keeps its address over a reconnect; a new process gets a free one, or
/// the one it asks for if nobody is there or it comes after who is, with an incarnation above all before.
/// </summary>
/// <param name="shape">How many servers there are; workers are as many as come.</param>
internal sealed class SeatRegistry(ClusterShape shape)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, Seat> _servers = [];
    private readonly SortedDictionary<int, Seat> _workers = [];

    private sealed class Seat
    {
        public NodeInstance Instance { get; set; }

        public int Incarnation { get; set; }

        public long LastCall { get; set; }

        public bool IsConnected { get; set; }

        public string Address { get; set; } = "";
    }

    /// <summary>Decides about a caller that belongs to the job.</summary>
    /// <returns>Its seat; or why it gets none.</returns>
    public (NodeId Seat, int Incarnation, GreetingRefused? Refusal) Admit(Greeting caller, IPAddress from)
    {
        lock (_gate)
        {
            if (caller.Node.Role == NodeRole.Coordinator)
                return Refuse(RefusalReason.Identity, "this is the coordinator");
            SortedDictionary<int, Seat> seats = SeatsOf(caller.Node.Role);
            int index = caller.WantsSeat ? FreeSeat(caller.Node.Role) : caller.Node.Index;
            if (index < 0 || (caller.Node.Role == NodeRole.Server && index >= shape.SeatCount))
                return Refuse(RefusalReason.Busy, $"all {shape.SeatCount} servers are there");
            if (!seats.TryGetValue(index, out Seat? seat))
                seats[index] = seat = new Seat { Incarnation = caller.Incarnation, Instance = caller.Instance };
            else if (seat.Instance == caller.Instance && caller.Call <= seat.LastCall)
                return Refuse(RefusalReason.Identity, "the call has been made before");
            else if (seat.Instance != caller.Instance && seat.IsConnected && caller.Incarnation <= seat.Incarnation)
                return Refuse(RefusalReason.Identity, $"{NodeOf(caller.Node.Role, index)} is another process");
            else if (seat.Instance != caller.Instance)
                (seat.Instance, seat.Incarnation) = (caller.Instance, Math.Max(seat.Incarnation + 1, caller.Incarnation));
            seat.LastCall = caller.Call;
            seat.IsConnected = true;
            seat.Address = AddressOf(caller.Listen, from);
            return (NodeOf(caller.Node.Role, index), seat.Incarnation, null);
        }
    }

    /// <summary>Whether a connection belongs to the call that was admitted last.</summary>
    public bool IsOfLastCall(Greeting caller)
    {
        lock (_gate)
        {
            return caller.Node.Role != NodeRole.Coordinator
                && SeatsOf(caller.Node.Role).TryGetValue(caller.Node.Index, out Seat? seat)
                && seat.Instance == caller.Instance
                && seat.LastCall == caller.Call;
        }
    }

    /// <summary>A call has ended.</summary>
    /// <returns>Whether it was the last one of the process that sits there.</returns>
    public bool Leave(NodeId node, NodeInstance instance, long call)
    {
        lock (_gate)
        {
            bool sitsThere = SeatsOf(node.Role).TryGetValue(node.Index, out Seat? seat)
                && seat.Instance == instance
                && seat.LastCall == call;
            if (!sitsThere)
                return false;
            seat!.IsConnected = false;
            return true;
        }
    }

    /// <summary>The servers that can be called.</summary>
    public IReadOnlyList<RosterEntry> Roster()
    {
        lock (_gate)
        {
            return
            [
                .. _servers.Where(server => server.Value is { IsConnected: true, Address.Length: > 0 }).Select(
                    server => new RosterEntry(NodeId.Server(server.Key), server.Value.Instance, server.Value.Address)),
            ];
        }
    }

    private static (NodeId, int, GreetingRefused?) Refuse(RefusalReason why, string reason) =>
        (default, 0, new GreetingRefused(why, reason));

    private static NodeId NodeOf(NodeRole role, int index) =>
        role == NodeRole.Server ? NodeId.Server(index) : NodeId.Worker(index);

    /// <summary>An address without a host is at the caller's own.</summary>
    private static string AddressOf(string listen, IPAddress from) =>
        listen.StartsWith(':') ? new IPEndPoint(from, ushort.TryParse(listen[1..], out ushort port) ? port : 0).ToString() : listen;

    private SortedDictionary<int, Seat> SeatsOf(NodeRole role) => role == NodeRole.Server ? _servers : _workers;

    /// <summary>The lowest that was never taken or whose process has hung up; below 0 when there is none.</summary>
    private int FreeSeat(NodeRole role)
    {
        SortedDictionary<int, Seat> seats = SeatsOf(role);
        int count = role == NodeRole.Server ? shape.SeatCount : seats.Count + 1;
        for (int index = 0; index < count; index++)
        {
            if (!seats.TryGetValue(index, out Seat? seat) || !seat.IsConnected)
                return index;
        }

        return -1;
    }
}
