using AkkaLstm.Protocol;

namespace AkkaLstm.Wire.Messages;

/// <summary>Turns payloads into tickets at the sender and tickets into payloads at the receiver.</summary>
public interface IPayloadTickets
{
    /// <summary>A ticket for a payload that a message carries; the engine sees to the transfer.</summary>
    /// <param name="payload">The value.</param>
    /// <param name="place">What it is, and what the message is about.</param>
    PayloadTicket Export(Payload payload, PayloadPlace place);

    /// <summary>
    /// The payload of a ticket. Called only once the whole message is known to be sound. The length is within
    /// <see cref="WireLimits.MaxPayloadBytes"/> and otherwise only a claim: nothing may be allocated for it before
    /// it is held against what this node expects.
    /// </summary>
    /// <param name="ticket">What stands for the value.</param>
    /// <param name="place">What it must be, and what the message is about.</param>
    /// <exception cref="WireException">It is not one that this node takes.</exception>
    Payload Import(PayloadTicket ticket, PayloadPlace place);
}
