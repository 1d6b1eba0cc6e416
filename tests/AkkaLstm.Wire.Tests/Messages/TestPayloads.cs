using AkkaLstm.Protocol;
using AkkaLstm.Wire.Messages;

namespace AkkaLstm.Wire.Tests.Messages;

/// <summary>A payload that is equal to itself after the journey: its ticket is all there is to it.</summary>
internal sealed class TestPayload(PayloadTicket ticket) : Payload, IEquatable<TestPayload>
{
    public PayloadTicket Ticket => ticket;

    public override long Bytes => ticket.Bytes;

    public bool Equals(TestPayload? other) => other is not null && ticket == other.Ticket;

    public override bool Equals(object? obj) => Equals(obj as TestPayload);

    public override int GetHashCode() => ticket.GetHashCode();
}

/// <summary>Hands tickets through, and counts what it was asked for.</summary>
internal sealed class TestTickets : IPayloadTickets
{
    public int Imports { get; private set; }

    public PayloadTicket Export(Payload payload, PayloadPlace place)
    {
        PayloadTicket ticket = ((TestPayload)payload).Ticket;
        Assert.Equal(place.Kind, ticket.Kind);
        return ticket;
    }

    public Payload Import(PayloadTicket ticket, PayloadPlace place)
    {
        Imports++;
        return new TestPayload(ticket);
    }
}
