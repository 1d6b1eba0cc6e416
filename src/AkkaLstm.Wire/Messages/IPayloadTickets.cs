using AkkaLstm.Protocol;

namespace AkkaLstm.Wire.Messages;

/// <summary>Turns payloads into tickets at the sender and tickets into payloads at the receiver.</summary>
public interface IPayloadTickets
{
    /// <summary>A ticket for a payload that a message carries; the engine sees to the transfer.</summary>
    /// <param name="payload">The value.</param>
    /// <param name="kind">What it is, by its place in the message.</param>
    /// <param name="slice">The slice that the message is about. A gradient is one of all slices, of which this
    /// one has to travel.</param>
    PayloadTicket Export(Payload payload, PayloadKind kind, SliceId slice);

    /// <summary>
    /// The payload of a ticket. Called only once the whole message is known to be sound. The length is within
    /// <see cref="WireLimits.MaxPayloadBytes"/> and otherwise only a claim: nothing may be allocated for it before
    /// it is held against what this node expects.
    /// </summary>
    /// <param name="ticket">What stands for the value.</param>
    /// <param name="slice">The slice that the message is about.</param>
    /// <exception cref="WireException">It is not one that this node takes.</exception>
    Payload Import(PayloadTicket ticket, SliceId slice);
}
