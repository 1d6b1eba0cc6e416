namespace AkkaLstm.Protocol.Work;

/// <summary>Result of <see cref="WriteCheckpoint"/>.</summary>
/// <param name="CheckpointId">Names the checkpoint in later <see cref="RestoreSlice"/> orders; its path, in
/// practice.</param>
public sealed record CheckpointWritten(string CheckpointId) : WorkResult;
