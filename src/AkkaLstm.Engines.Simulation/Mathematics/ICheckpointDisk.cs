using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation;

/// <summary>
/// The checkpoints of one job, on a disk that can be damaged. Whole checkpoints are written and read by the
/// executors; this is the side that only a simulator sees.
/// </summary>
public interface ICheckpointDisk
{
    /// <summary>
    /// What a crash in the middle of a write leaves. With <paramref name="isFlushLost"/> the disk had lied about
    /// its flush: the file bears its name and has only a part of its bytes.
    /// </summary>
    /// <param name="order">The write that did not come to its end.</param>
    /// <param name="fraction">Share of the bytes that reached the disk, 0 to 1.</param>
    /// <param name="isFlushLost">Whether the name reached the disk before the bytes.</param>
    void WritePart(WriteCheckpoint order, double fraction, bool isFlushLost);

    /// <summary>Flips a bit of a stored checkpoint; the draws say of which. False when there is none.</summary>
    bool FlipBit(SeededRandom random);

    /// <summary>The disk is replaced by an empty one.</summary>
    void Wipe();

    /// <summary>The newest checkpoint whose checksums hold; damaged ones are passed over. Null where there is
    /// none.</summary>
    (string Id, JobProgress Progress)? NewestValid();

    /// <summary>
    /// A text that is equal for equal states: progress, parameters, optimizer state, carries. Null when the
    /// checkpoint is damaged or missing.
    /// </summary>
    string? Fingerprint(string checkpointId);
}
