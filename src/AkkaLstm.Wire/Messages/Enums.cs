using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;
using Proto = AkkaLstm.Wire.Generated;

namespace AkkaLstm.Wire.Messages;

/// <summary>
/// Enum values by name, both ways: numbers on the wire stay what they are when somebody sorts an enum of the
/// protocol anew.
/// </summary>
internal static class Enums
{
    public static Proto.RoundKind ToWire(RoundKind kind) => kind switch
    {
        RoundKind.Evaluation => Proto.RoundKind.Evaluation,
        RoundKind.Training => Proto.RoundKind.Training,
        _ => throw Checked.Unknown(kind),
    };

    public static RoundKind FromWire(Proto.RoundKind kind) => kind switch
    {
        Proto.RoundKind.Evaluation => RoundKind.Evaluation,
        Proto.RoundKind.Training => RoundKind.Training,
        _ => throw Checked.Unknown(kind),
    };

    public static Proto.SnapshotPurpose ToWire(SnapshotPurpose purpose) => purpose switch
    {
        SnapshotPurpose.Checkpoint => Proto.SnapshotPurpose.Checkpoint,
        SnapshotPurpose.Standby => Proto.SnapshotPurpose.Standby,
        _ => throw Checked.Unknown(purpose),
    };

    public static SnapshotPurpose FromWire(Proto.SnapshotPurpose purpose) => purpose switch
    {
        Proto.SnapshotPurpose.Checkpoint => SnapshotPurpose.Checkpoint,
        Proto.SnapshotPurpose.Standby => SnapshotPurpose.Standby,
        _ => throw Checked.Unknown(purpose),
    };

    public static Proto.HoldingState ToWire(HoldingState state) => state switch
    {
        HoldingState.Open => Proto.HoldingState.Open,
        HoldingState.Summed => Proto.HoldingState.Summed,
        HoldingState.Applying => Proto.HoldingState.Applying,
        _ => throw Checked.Unknown(state),
    };

    public static HoldingState FromWire(Proto.HoldingState state) => state switch
    {
        Proto.HoldingState.Open => HoldingState.Open,
        Proto.HoldingState.Summed => HoldingState.Summed,
        Proto.HoldingState.Applying => HoldingState.Applying,
        _ => throw Checked.Unknown(state),
    };

    public static Proto.Role ToWire(NodeRole role) => role switch
    {
        NodeRole.Coordinator => Proto.Role.Coordinator,
        NodeRole.Server => Proto.Role.Server,
        NodeRole.Worker => Proto.Role.Worker,
        _ => throw Checked.Unknown(role),
    };

    public static NodeRole FromWire(Proto.Role role) => role switch
    {
        Proto.Role.Coordinator => NodeRole.Coordinator,
        Proto.Role.Server => NodeRole.Server,
        Proto.Role.Worker => NodeRole.Worker,
        _ => throw Checked.Unknown(role),
    };

    public static Proto.PayloadKind ToWire(PayloadKind kind) => kind switch
    {
        PayloadKind.Parameters => Proto.PayloadKind.Parameters,
        PayloadKind.Gradient => Proto.PayloadKind.Gradient,
        PayloadKind.Carry => Proto.PayloadKind.Carry,
        PayloadKind.State => Proto.PayloadKind.State,
        _ => throw Checked.Unknown(kind),
    };

    public static PayloadKind FromWire(Proto.PayloadKind kind) => kind switch
    {
        Proto.PayloadKind.Parameters => PayloadKind.Parameters,
        Proto.PayloadKind.Gradient => PayloadKind.Gradient,
        Proto.PayloadKind.Carry => PayloadKind.Carry,
        Proto.PayloadKind.State => PayloadKind.State,
        _ => throw Checked.Unknown(kind),
    };

    public static Proto.Element ToWire(ElementType element) => element switch
    {
        ElementType.Float32 => Proto.Element.Float32,
        ElementType.BFloat16 => Proto.Element.Bfloat16,
        _ => throw Checked.Unknown(element),
    };

    public static ElementType FromWire(Proto.Element element) => element switch
    {
        Proto.Element.Float32 => ElementType.Float32,
        Proto.Element.Bfloat16 => ElementType.BFloat16,
        _ => throw Checked.Unknown(element),
    };
}
