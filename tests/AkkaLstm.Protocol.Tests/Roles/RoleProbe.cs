using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Tests.Roles;

/// <summary>A role by itself: one input at a time, and the effects of the last one.</summary>
internal sealed class RoleProbe(IRole role)
{
    private static readonly TimeSpan ReviewInterval = new ProtocolOptions().ReviewInterval;

    private readonly Outbox _outbox = new();

    public TimeSpan Now { get; private set; }

    public IReadOnlyList<Effect> Effects => _outbox.Effects;

    public IReadOnlyList<(NodeId To, Message Message)> Sent =>
        [.. Effects.OfType<SendMessage>().Select(s => (s.To, s.Message))];

    public IReadOnlyList<JobEvent> Recorded => [.. Effects.OfType<RecordEvent>().Select(r => r.Event)];

    public RoleProbe Step(RoleInput input)
    {
        _outbox.Clear();
        role.Step(input, Now, _outbox);
        return this;
    }

    public RoleProbe Receive(NodeId from, Message message) => Step(new MessageReceived(from, message));

    /// <summary>Lets time pass with the timer firing as it does; the effects are those of the last time.</summary>
    public RoleProbe After(TimeSpan time)
    {
        TimeSpan end = Now + time;
        while (Now < end)
        {
            Now = Now + ReviewInterval < end ? Now + ReviewInterval : end;
            Step(new TimerFired());
        }

        return this;
    }

    /// <summary>Lets time pass; in which of its seconds something was sent.</summary>
    public int[] SecondsOf<TMessage>(int seconds)
        where TMessage : Message =>
    [
        .. Enumerable.Range(1, seconds).Where(_ => After(TimeSpan.FromSeconds(1)).Sent.Any(s => s.Message is TMessage)),
    ];

    /// <summary>Lets time pass in which the host stands still: no timer fires until its end.</summary>
    public RoleProbe Suspended(TimeSpan time)
    {
        Now += time;
        return Step(new TimerFired());
    }

    public TMessage SentTo<TMessage>(NodeId to)
        where TMessage : Message =>
        Assert.IsType<TMessage>(Assert.Single(Sent, s => s.To == to && s.Message is TMessage).Message);

    public StartWork Started<TOrder>()
        where TOrder : WorkOrder
    {
        StartWork work = Assert.Single(Effects.OfType<StartWork>());
        Assert.IsType<TOrder>(work.Order);
        return work;
    }

    public void AssertDropped(DropReason reason)
    {
        InputDropped drop = Assert.IsType<InputDropped>(Assert.Single(Recorded));
        Assert.Equal(reason, drop.Reason);
        Assert.Single(Effects);
    }
}

/// <summary>A payload that tests can tell from others.</summary>
internal sealed class Named(string name) : Payload
{
    public override long Bytes => 0;

    public override string ToString() => name;
}
