using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using static AkkaLstm.Wire.Messages.Checked;
using static AkkaLstm.Wire.Messages.PartWriter;
using Proto = AkkaLstm.Wire.Generated;

namespace AkkaLstm.Wire.Messages;

/// <summary>Turns messages into the schema's records.</summary>
internal static class MessageWriter
{
    public static Proto.Envelope ToEnvelope(Message message, IPayloadTickets tickets)
    {
        var envelope = new Proto.Envelope { Fence = Write(message.Fence) };
        switch (message)
        {
            case StepAssigned m: envelope.StepAssigned = Body(m); break;
            case PullParameters m: envelope.PullParameters = new() { Slice = Write(m.Slice) }; break;
            case ParametersPulled m: envelope.ParametersPulled = Body(m, tickets); break;
            case PushGradient m: envelope.PushGradient = Body(m, tickets); break;
            case ShardReported m: envelope.ShardReported = Body(m); break;
            case SliceReduced m: envelope.SliceReduced = Body(m); break;
            case ApplyUpdate m: envelope.ApplyUpdate = Body(m); break;
            case SliceUpdated m:
                envelope.SliceUpdated = new() { Slice = Write(m.Slice), Checksum = m.Checksum };
                break;
            case SnapshotRequested m:
                envelope.SnapshotRequested = new() { Purpose = Enums.ToWire(m.Purpose) };
                break;
            case SnapshotTaken m: envelope.SnapshotTaken = Body(m, tickets); break;
            case HoldingRequested: envelope.HoldingRequested = new(); break;
            case RestoreRequested m: envelope.RestoreRequested = Body(m, tickets); break;
            case ResumeRequested: envelope.ResumeRequested = new(); break;
            case SliceReady m:
                envelope.SliceReady = new() { Slice = Write(m.Slice), Checksum = m.Checksum };
                break;
            case ServerReady m: envelope.ServerReady = Body(m); break;
            case WorkerReady m:
                envelope.WorkerReady = new()
                {
                    Incarnation = m.Incarnation, IsIdle = m.IsIdle, IsLeaving = m.IsLeaving,
                };
                break;
            case Welcomed: envelope.Welcomed = new(); break;
            case NodeFaulted m: envelope.NodeFaulted = Body(m); break;
            case RestartGranted m: envelope.RestartGranted = new() { Incarnation = m.Incarnation }; break;
            case Dismissed m: envelope.Dismissed = new() { Reason = Reason(m.Reason) }; break;
            case JobEnded: envelope.JobEnded = new(); break;
            case HoldersChanged m:
                envelope.HoldersChanged = new() { Holders = { Write(m.Holders) } };
                break;
            case ReductionAwaited: envelope.ReductionAwaited = new(); break;
            case GradientMissing m:
                envelope.GradientMissing = new() { Slice = Write(m.Slice), Ranges = { List(m.Ranges, Write) } };
                break;
            default:
                throw new ArgumentException($"there is no codec for {message.GetType().Name}", nameof(message));
        }

        return envelope;
    }

    private static Proto.StepAssigned Body(StepAssigned m) => new()
    {
        Kind = Enums.ToWire(m.Kind),
        Epoch = m.Epoch,
        StepInEpoch = m.StepInEpoch,
        Holders = { Write(m.Holders) },
        Ranges = { List(m.Ranges, Write) },
    };

    private static Proto.ParametersPulled Body(ParametersPulled m, IPayloadTickets tickets) => new()
    {
        Slice = Write(m.Slice),
        Parameters = Write(tickets.Export(m.Parameters, new(PayloadKind.Parameters, m.Fence, m.Slice))),
        FirstCarryShard = m.FirstCarryShard,
        Carries = { Write(m.Carries, m.Fence, m.Slice, tickets) },
    };

    private static Proto.PushGradient Body(PushGradient m, IPayloadTickets tickets) => new()
    {
        Slice = Write(m.Slice),
        Shards = Write(m.Shards),
        Gradient = Write(tickets.Export(m.Gradient, new(PayloadKind.Gradient, m.Fence, m.Slice))),
        Carries = { Write(m.Carries, m.Fence, m.Slice, tickets) },
    };

    private static Proto.ShardReported Body(ShardReported m) => new()
    {
        Kind = Enums.ToWire(m.Kind),
        Shards = Write(m.Shards),
        Losses = { List(m.Losses, Write) },
        ComputeTicks = m.Compute.Ticks,
    };

    private static Proto.SliceReduced Body(SliceReduced m)
    {
        Length(m.BlockSquareSums.Count, WireLimits.MaxNumbers, nameof(m.BlockSquareSums));
        return new() { Slice = Write(m.Slice), BlockSquareSums = { m.BlockSquareSums } };
    }

    private static Proto.ApplyUpdate Body(ApplyUpdate m)
    {
        var body = new Proto.ApplyUpdate { Decision = Write(m.Decision), Progress = Write(m.Progress) };
        if (m.UnsavedBestStep is { } step)
            body.UnsavedBestStep = step;
        return body;
    }

    private static Proto.SnapshotTaken Body(SnapshotTaken m, IPayloadTickets tickets) => new()
    {
        Slice = Write(m.Slice),
        State = Write(tickets.Export(m.State, new(PayloadKind.State, m.Fence, m.Slice))),
        Carries = { Write(m.Carries, m.Fence, m.Slice, tickets) },
    };

    private static Proto.RestoreRequested Body(RestoreRequested m, IPayloadTickets tickets)
    {
        var body = new Proto.RestoreRequested
        {
            Slice = Write(m.Slice),
            Replica = m.Replica,
            ShardCount = m.ShardCount,
            Progress = Write(m.Progress),
        };
        if (m.CheckpointId is { } id)
            body.CheckpointId = Text(id, WireLimits.MaxCheckpointIdLength);
        if (m.Copy is { } copy)
        {
            body.Copy = new Proto.SliceCopy
            {
                State = Write(tickets.Export(copy.State, new(PayloadKind.State, m.Fence, m.Slice))),
                Carries = { Write(copy.Carries, m.Fence, m.Slice, tickets) },
            };
        }

        return body;
    }

    private static Proto.ServerReady Body(ServerReady m)
    {
        var body = new Proto.ServerReady { Incarnation = m.Incarnation, IsLeaving = m.IsLeaving };
        if (m.Holding is { } holding)
            body.Holding = Write(holding);
        return body;
    }

    private static Proto.NodeFaulted Body(NodeFaulted m) => new()
    {
        Incarnation = m.Incarnation,
        Message = Reason(m.Error.Message),
        IsPermanent = m.Error.IsPermanent,
        IsCheckpointLost = m.Error.IsCheckpointLost,
    };
}
