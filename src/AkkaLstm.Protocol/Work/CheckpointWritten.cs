namespace AkkaLstm.Protocol.Work;

/// <summary>Result of <see cref="WriteCheckpoint"/>.</summary>
/// <param name="CheckpointId">Names the checkpoint in later <see cref="RestoreSlice"/> orders. It is no
/// path: nodes need not share a disk.</param>
public sealed record CheckpointWritten(string CheckpointId) : WorkResult;
