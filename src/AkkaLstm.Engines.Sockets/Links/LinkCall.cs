using AkkaLstm.Protocol;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Sockets.Links;

/// <summary>The connections of a call, as the node that was called sees them or as the caller does.</summary>
internal sealed class LinkCall
{
    /// <summary>Carries control messages.</summary>
    public WireConnection? Control { get; set; }

    /// <summary>Brings the other's values.</summary>
    public WireConnection? Incoming { get; set; }

    /// <summary>Takes values to the other.</summary>
    public WireConnection? Outgoing { get; set; }

    /// <summary>Takes a connection of the caller into its place; false where there is one already.</summary>
    public bool TryAdd(WireConnection connection)
    {
        switch (connection.Peer.Channel)
        {
            case WireChannel.Control when Control is null: Control = connection; return true;
            case WireChannel.Tensors when Incoming is null: Incoming = connection; return true;
            case WireChannel.TensorsBack when Outgoing is null: Outgoing = connection; return true;
            default: return false;
        }
    }

    /// <summary>Whether there is all that a node of a role needs with the other one.</summary>
    public bool IsComplete(NodeRole self) =>
        Control is { } control
        && (!NodeIdentity.ExchangeTensors(self, control.Acceptance.Seat.Role) || (Incoming is not null && Outgoing is not null));

    /// <summary>Closes what there is of it.</summary>
    public async ValueTask CloseAsync()
    {
        foreach (WireConnection? connection in (WireConnection?[])[Control, Incoming, Outgoing])
        {
            if (connection is not null)
                await connection.DisposeAsync();
        }
    }
}
