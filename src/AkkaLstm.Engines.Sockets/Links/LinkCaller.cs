using System.Net;
using AkkaLstm.Protocol;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Sockets.Links;

/// <summary>Opens the connections of a call, in the order that <see cref="LinkAssembler"/> expects.</summary>
internal static class LinkCaller
{
    /// <summary>Calls a node.</summary>
    /// <param name="self">Who calls.</param>
    /// <param name="address">Where the other listens.</param>
    /// <param name="role">What it must be.</param>
    /// <param name="call">Number of the call, above those before.</param>
    /// <param name="wantsSeat">Whether to ask for a seat.</param>
    /// <param name="options">Deadlines.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="WireException">As <see cref="WireDialer.ConnectAsync"/>; a refusal is one of the call as a whole.
    /// </exception>
    public static async Task<LinkCall> CallAsync(
        NodeIdentity self,
        EndPoint address,
        NodeRole role,
        long call,
        bool wantsSeat,
        LinkOptions options,
        CancellationToken stop)
    {
        var opened = new LinkCall();
        try
        {
            opened.Control = await OpenAsync(self, WireChannel.Control, wantsSeat);
            if (NodeIdentity.ExchangeTensors(self.Node.Role, role))
            {
                self = self with { Node = opened.Control.Acceptance.Seat };
                opened.Outgoing = await OpenAsync(self, WireChannel.Tensors, wantsSeat: false);
                opened.Incoming = await OpenAsync(self, WireChannel.TensorsBack, wantsSeat: false);
            }

            return opened;
        }
        catch
        {
            await opened.CloseAsync();
            throw;
        }

        async Task<WireConnection> OpenAsync(NodeIdentity identity, WireChannel channel, bool wantsSeat)
        {
            try
            {
                return await WireDialer.ConnectAsync(
                    address, role, identity.Greet(channel, call, wantsSeat), options.Connections, stop);
            }
            catch (WireException e) when (channel != WireChannel.Control && e.Refusal is not null)
            {
                // The other has been replaced meanwhile, or was slow: no verdict about this node, which calls again.
                throw new WireException(WireError.Aborted, e.Message, e);
            }
        }
    }
}
