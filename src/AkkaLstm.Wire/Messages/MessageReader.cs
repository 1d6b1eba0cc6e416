using System.Numerics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;
using static AkkaLstm.Wire.Messages.Checked;
using static AkkaLstm.Wire.Messages.PartReader;
using Proto = AkkaLstm.Wire.Generated;

namespace AkkaLstm.Wire.Messages;

/// <summary>Turns the schema's records into messages; everything in them is untrusted.</summary>
internal static class MessageReader
{
    public static Message FromEnvelope(Proto.Envelope envelope, IPayloadTickets tickets)
    {
        Fence fence = Read(Required(envelope.Fence));
        return envelope.BodyCase switch
        {
            Proto.Envelope.BodyOneofCase.StepAssigned => Body(fence, envelope.StepAssigned),
            Proto.Envelope.BodyOneofCase.PullParameters =>
                new PullParameters(fence, Read(envelope.PullParameters.Slice)),
            Proto.Envelope.BodyOneofCase.ParametersPulled => Body(fence, envelope.ParametersPulled, tickets),
            Proto.Envelope.BodyOneofCase.PushGradient => Body(fence, envelope.PushGradient, tickets),
            Proto.Envelope.BodyOneofCase.ShardReported => Body(fence, envelope.ShardReported),
            Proto.Envelope.BodyOneofCase.SliceReduced => Body(fence, envelope.SliceReduced),
            Proto.Envelope.BodyOneofCase.ApplyUpdate => Body(fence, envelope.ApplyUpdate),
            Proto.Envelope.BodyOneofCase.SliceUpdated => Body(fence, envelope.SliceUpdated),
            Proto.Envelope.BodyOneofCase.SnapshotRequested => Body(fence, envelope.SnapshotRequested),
            Proto.Envelope.BodyOneofCase.SnapshotTaken => Body(fence, envelope.SnapshotTaken, tickets),
            Proto.Envelope.BodyOneofCase.HoldingRequested => new HoldingRequested(fence),
            Proto.Envelope.BodyOneofCase.RestoreRequested => Body(fence, envelope.RestoreRequested, tickets),
            Proto.Envelope.BodyOneofCase.ResumeRequested => new ResumeRequested(fence),
            Proto.Envelope.BodyOneofCase.SliceReady => Body(fence, envelope.SliceReady),
            Proto.Envelope.BodyOneofCase.ServerReady => Body(fence, envelope.ServerReady),
            Proto.Envelope.BodyOneofCase.WorkerReady => Body(fence, envelope.WorkerReady),
            Proto.Envelope.BodyOneofCase.Welcomed => new Welcomed(fence),
            Proto.Envelope.BodyOneofCase.NodeFaulted => Body(fence, envelope.NodeFaulted),
            Proto.Envelope.BodyOneofCase.RestartGranted => Body(fence, envelope.RestartGranted),
            Proto.Envelope.BodyOneofCase.Dismissed => Body(fence, envelope.Dismissed),
            Proto.Envelope.BodyOneofCase.JobEnded => new JobEnded(fence),
            Proto.Envelope.BodyOneofCase.HoldersChanged =>
                new HoldersChanged(fence, Read(envelope.HoldersChanged.Holders)),
            Proto.Envelope.BodyOneofCase.ReductionAwaited => new ReductionAwaited(fence),
            Proto.Envelope.BodyOneofCase.GradientMissing => Body(fence, envelope.GradientMissing),
            _ => throw new WireException(WireError.UnknownCase, "envelope.Body is of no known case"),
        };
    }

    private static StepAssigned Body(Fence fence, Proto.StepAssigned body) => new(
        fence,
        Enums.FromWire(Required(body.HasKind, body.Kind)),
        NotNegative(body.HasEpoch, body.Epoch),
        NotNegative(body.HasStepInEpoch, body.StepInEpoch),
        Read(body.Holders),
        List(body.Ranges, Read));

    private static ParametersPulled Body(Fence fence, Proto.ParametersPulled body, IPayloadTickets tickets)
    {
        SliceId slice = Read(body.Slice);
        PayloadTicket parameters = Read(body.Parameters, PayloadKind.Parameters);
        int first = UpTo(body.HasFirstCarryShard, body.FirstCarryShard, WireLimits.MaxShardCount);
        PayloadTicket?[] carries = Read(body.Carries);
        return new(
            fence,
            slice,
            tickets.Import(parameters, new(PayloadKind.Parameters, fence, slice)),
            first,
            Import(carries, fence, slice, tickets));
    }

    private static PushGradient Body(Fence fence, Proto.PushGradient body, IPayloadTickets tickets)
    {
        SliceId slice = Read(body.Slice);
        ShardRange shards = Read(body.Shards);
        PayloadTicket gradient = Read(body.Gradient, PayloadKind.Gradient);
        PayloadTicket?[] carries = Read(body.Carries);
        RequireLength(carries.Length, shards, nameof(body.Carries));
        return new(
            fence,
            slice,
            shards,
            tickets.Import(gradient, new(PayloadKind.Gradient, fence, slice)),
            Import(carries, fence, slice, tickets));
    }

    private static ShardReported Body(Fence fence, Proto.ShardReported body)
    {
        ShardRange shards = Read(body.Shards);
        LossTotal[] losses = List(body.Losses, Read);
        RequireLength(losses.Length, shards, nameof(body.Losses));
        return new(
            fence,
            Enums.FromWire(Required(body.HasKind, body.Kind)),
            shards,
            losses,
            new TimeSpan(NotNegative(body.HasComputeTicks, body.ComputeTicks)));
    }

    private static SliceReduced Body(Fence fence, Proto.SliceReduced body)
    {
        Length(body.BlockSquareSums.Count, WireLimits.MaxNumbers, nameof(body.BlockSquareSums));
        return new(fence, Read(body.Slice), [.. body.BlockSquareSums]);
    }

    private static ApplyUpdate Body(Fence fence, Proto.ApplyUpdate body) => new(
        fence,
        Read(body.Decision),
        Read(body.Progress),
        body.HasUnsavedBestStep ? NotNegative(body.HasUnsavedBestStep, body.UnsavedBestStep) : null);

    private static SliceUpdated Body(Fence fence, Proto.SliceUpdated body) =>
        new(fence, Read(body.Slice), Required(body.HasChecksum, body.Checksum));

    private static SnapshotRequested Body(Fence fence, Proto.SnapshotRequested body) =>
        new(fence, Enums.FromWire(Required(body.HasPurpose, body.Purpose)));

    private static SnapshotTaken Body(Fence fence, Proto.SnapshotTaken body, IPayloadTickets tickets)
    {
        SliceId slice = Read(body.Slice);
        PayloadTicket state = Read(body.State, PayloadKind.State);
        PayloadTicket?[] carries = Read(body.Carries);
        return new(
            fence,
            slice,
            tickets.Import(state, new(PayloadKind.State, fence, slice)),
            Import(carries, fence, slice, tickets));
    }

    private static RestoreRequested Body(Fence fence, Proto.RestoreRequested body, IPayloadTickets tickets)
    {
        SliceId slice = Read(body.Slice);
        int replica = UpTo(body.HasReplica, body.Replica, WireLimits.MaxNodeIndex);
        int shardCount = UpTo(body.HasShardCount, body.ShardCount, WireLimits.MaxShardCount);
        if (shardCount < 1 || !BitOperations.IsPow2(shardCount))
            throw new WireException(WireError.OutOfRange, $"body.ShardCount is {shardCount}, must be a power of two");
        var progress = Read(body.Progress);
        string? checkpoint = body.HasCheckpointId
            ? Text(body.CheckpointId, WireLimits.MaxCheckpointIdLength)
            : null;
        if (body.Copy is null)
            return new(fence, slice, replica, shardCount, progress, checkpoint);
        PayloadTicket state = Read(body.Copy.State, PayloadKind.State);
        PayloadTicket?[] carries = Read(body.Copy.Carries);
        var copy = new SliceCopy(
            tickets.Import(state, new(PayloadKind.State, fence, slice)), Import(carries, fence, slice, tickets));
        return new(fence, slice, replica, shardCount, progress, checkpoint, copy);
    }

    private static SliceReady Body(Fence fence, Proto.SliceReady body) =>
        new(fence, Read(body.Slice), Required(body.HasChecksum, body.Checksum));

    private static ServerReady Body(Fence fence, Proto.ServerReady body) => new(
        fence,
        NotNegative(body.HasIncarnation, body.Incarnation),
        body.Holding is { } holding ? Read(holding) : null,
        Required(body.HasIsLeaving, body.IsLeaving));

    private static WorkerReady Body(Fence fence, Proto.WorkerReady body) => new(
        fence,
        NotNegative(body.HasIncarnation, body.Incarnation),
        Required(body.HasIsIdle, body.IsIdle),
        Required(body.HasIsLeaving, body.IsLeaving));

    private static NodeFaulted Body(Fence fence, Proto.NodeFaulted body) => new(
        fence,
        NotNegative(body.HasIncarnation, body.Incarnation),
        new WorkError(
            Text(body.HasMessage, body.Message, WireLimits.MaxReasonLength),
            Required(body.HasIsPermanent, body.IsPermanent),
            Required(body.HasIsCheckpointLost, body.IsCheckpointLost)));

    private static RestartGranted Body(Fence fence, Proto.RestartGranted body) =>
        new(fence, NotNegative(body.HasIncarnation, body.Incarnation));

    private static Dismissed Body(Fence fence, Proto.Dismissed body) => new(
        fence, Text(body.HasReason, body.Reason, WireLimits.MaxReasonLength));

    private static GradientMissing Body(Fence fence, Proto.GradientMissing body) =>
        new(fence, Read(body.Slice), List(body.Ranges, Read));

    private static void RequireLength(int length, ShardRange shards, string field)
    {
        if (length != shards.Count)
        {
            throw new WireException(
                WireError.OutOfRange, $"body.{field} has {length} elements for {shards}, must have {shards.Count}");
        }
    }
}
