using System.Numerics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using Proto = AkkaLstm.Wire.Generated;
using static AkkaLstm.Wire.Messages.Checked;

namespace AkkaLstm.Wire.Messages;

/// <summary>Turns the schema's records into what messages are made of; everything in them is untrusted.</summary>
internal static class PartReader
{
    public static Fence Read(Proto.Fence? fence)
    {
        fence = Required(fence);
        return new Fence(
            Text(fence.HasRunId, fence.RunId, WireLimits.MaxRunIdLength),
            NotNegative(fence.HasTerm, fence.Term),
            NotNegative(fence.HasGeneration, fence.Generation),
            NotNegative(fence.HasStep, fence.Step));
    }

    public static NodeId Read(Proto.Node? node)
    {
        node = Required(node);
        NodeRole role = Enums.FromWire(Required(node.HasRole, node.Role));
        int most = role == NodeRole.Coordinator ? 0 : WireLimits.MaxNodeIndex;
        return new NodeId(role, UpTo(node.HasIndex, node.Index, most));
    }

    public static SliceId Read(Proto.Slice? slice)
    {
        slice = Required(slice);
        int count = UpTo(slice.HasCount, slice.Count, WireLimits.MaxNodeIndex + 1);
        return new SliceId(UpTo(slice.HasIndex, slice.Index, count - 1), count);
    }

    public static ShardRange Read(Proto.Range? range)
    {
        range = Required(range);
        int start = Required(range.HasStart, range.Start);
        int count = Required(range.HasCount, range.Count);
        bool isAligned = count > 0 && BitOperations.IsPow2(count) && start >= 0 && start % count == 0;
        return isAligned && start <= WireLimits.MaxShardCount - count
            ? new ShardRange(start, count)
            : throw new WireException(
                WireError.OutOfRange, $"range.Start {start} with range.Count {count} is no subtree of the shards");
    }

    public static LossTotal Read(Proto.Loss? loss)
    {
        loss = Required(loss);
        return new LossTotal(
            Required(loss.HasSum, loss.Sum),
            NotNegative(loss.HasCount, loss.Count),
            NotNegative(loss.HasCorrect, loss.Correct));
    }

    public static JobProgress Read(Proto.Progress? progress)
    {
        progress = Required(progress);
        return new JobProgress
        {
            Step = NotNegative(progress.HasStep, progress.Step),
            Epoch = NotNegative(progress.HasEpoch, progress.Epoch),
            StepInEpoch = NotNegative(progress.HasStepInEpoch, progress.StepInEpoch),
            EpochLoss = Read(Required(progress.EpochLoss)),
            IsStoppedEarly = Required(progress.HasIsStoppedEarly, progress.IsStoppedEarly),
            PolicyState = Text(progress.HasPolicyState, progress.PolicyState,
                WireLimits.MaxPolicyStateLength),
        };
    }

    public static StepDecision Read(Proto.Decision? decision)
    {
        decision = Required(decision);
        return new StepDecision(
            Required(decision.HasLearningRate, decision.LearningRate),
            Required(decision.HasGradientScale, decision.GradientScale),
            decision.HasFailure ? Text(decision.Failure, WireLimits.MaxReasonLength) : null);
    }

    public static SliceHolding Read(Proto.Holding holding) => new(
        Read(Required(holding.Slice)),
        Read(Required(holding.Progress)),
        Enums.FromWire(Required(holding.HasState, holding.State)),
        holding.LastUpdate is { } update ? Read(update) : null,
        holding.HasUnsavedBestStep ? NotNegative(holding.HasUnsavedBestStep, holding.UnsavedBestStep) : null);

    public static IReadOnlyList<NodeId>[] Read(IReadOnlyCollection<Proto.Holders> holders) =>
        List(holders, slice => (IReadOnlyList<NodeId>)List(slice.Nodes, Read));

    /// <summary>A ticket of the kind that belongs in this place.</summary>
    public static PayloadTicket Read(Proto.Ticket? ticket, PayloadKind kind)
    {
        ticket = Required(ticket);
        PayloadKind claimed = Enums.FromWire(Required(ticket.HasKind, ticket.Kind));
        if (claimed != kind)
            throw new WireException(WireError.OutOfRange, $"ticket.Kind is {claimed} in the place of {kind}");
        return new PayloadTicket(
            Required(ticket.HasId, ticket.Id),
            kind,
            UpTo(ticket.HasBytes, ticket.Bytes, WireLimits.MaxPayloadBytes),
            Enums.FromWire(Required(ticket.HasElement, ticket.Element)),
            Required(ticket.HasChecksum, ticket.Checksum));
    }

    /// <summary>The tickets of carries; null stands for zeros.</summary>
    public static PayloadTicket?[] Read(IReadOnlyCollection<Proto.Carry> carries) => List(
        carries, carry => carry.Ticket is { } ticket ? Read(ticket, PayloadKind.Carry) : (PayloadTicket?)null);

    /// <summary>The payloads of tickets; comes last, when the message is known to be sound.</summary>
    public static Payload?[] Import(
        PayloadTicket?[] carries, Fence fence, SliceId slice, IPayloadTickets tickets) =>
        List(carries, ticket => ticket is { } it ? tickets.Import(it, new(PayloadKind.Carry, fence, slice)) : null);
}
