namespace AkkaLstm.Protocol.Messages;

/// <summary>Who says what: from any other role a message means nothing.</summary>
internal static class Senders
{
    /// <summary>Whether nodes of a role send such messages.</summary>
    public static bool MaySend(NodeRole role, Message message) => message switch
    {
        WorkerReady or PullParameters or PushGradient or ShardReported => role == NodeRole.Worker,
        ServerReady or SliceReady or ParametersPulled or GradientMissing or SliceReduced or SliceUpdated or SnapshotTaken =>
            role == NodeRole.Server,
        NodeFaulted => role != NodeRole.Coordinator,
        _ => role == NodeRole.Coordinator,
    };
}
