using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using Proto = AkkaLstm.Wire.Generated;

namespace AkkaLstm.Wire.Messages;

/// <summary>Turns what messages are made of into the schema's records.</summary>
internal static class PartWriter
{
    public static Proto.Fence Write(Fence fence) => new()
    {
        RunId = Checked.Text(fence.RunId, WireLimits.MaxRunIdLength),
        Term = fence.Term,
        Generation = fence.Generation,
        Step = fence.Step,
    };

    public static Proto.Node Write(NodeId node) => new() { Role = Enums.ToWire(node.Role), Index = node.Index };

    public static Proto.Slice Write(SliceId slice) => new() { Index = slice.Index, Count = slice.Count };

    public static Proto.Range Write(ShardRange range) => new() { Start = range.Start, Count = range.Count };

    public static Proto.Loss Write(LossTotal loss) =>
        new() { Sum = loss.Sum, Count = loss.Count, Correct = loss.Correct };

    public static Proto.Progress Write(JobProgress progress) => new()
    {
        Step = progress.Step,
        Epoch = progress.Epoch,
        StepInEpoch = progress.StepInEpoch,
        EpochLoss = Write(progress.EpochLoss),
        IsStoppedEarly = progress.IsStoppedEarly,
        PolicyState = Checked.Text(progress.PolicyState, WireLimits.MaxPolicyStateLength),
    };

    public static Proto.Decision Write(StepDecision decision)
    {
        var written = new Proto.Decision
        {
            LearningRate = decision.LearningRate,
            GradientScale = decision.GradientScale,
        };
        if (decision.Failure is { } failure)
            written.Failure = Reason(failure);
        return written;
    }

    public static Proto.Holding Write(SliceHolding holding)
    {
        var written = new Proto.Holding
        {
            Slice = Write(holding.Slice),
            Progress = Write(holding.Progress),
            State = Enums.ToWire(holding.State),
        };
        if (holding.LastUpdate is { } update)
            written.LastUpdate = Write(update);
        if (holding.UnsavedBestStep is { } step)
            written.UnsavedBestStep = step;
        return written;
    }

    public static Proto.Holders[] Write(IReadOnlyList<IReadOnlyList<NodeId>> holders) =>
        Checked.List(holders, nodes => new Proto.Holders { Nodes = { Checked.List(nodes, Write) } });

    public static Proto.Ticket Write(PayloadTicket ticket) => new()
    {
        Id = ticket.Id,
        Kind = Enums.ToWire(ticket.Kind),
        Bytes = ticket.Bytes,
        Element = Enums.ToWire(ticket.Element),
        Checksum = ticket.Checksum,
    };

    public static Proto.Carry[] Write(
        IReadOnlyList<Payload?> carries, Fence fence, SliceId slice, IPayloadTickets tickets) => Checked.List(
        carries,
        carry => carry is null
            ? new Proto.Carry()
            : new Proto.Carry { Ticket = Write(tickets.Export(carry, new(PayloadKind.Carry, fence, slice))) });

    /// <summary>A text for people: better cut short than not sent.</summary>
    public static string Reason(string text)
    {
        if (text.Length <= WireLimits.MaxReasonLength)
            return text;
        int length = WireLimits.MaxReasonLength;
        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }
}
