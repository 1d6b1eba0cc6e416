using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data;

/// <summary>
/// One split of one data set, cut into windows of B lanes. Every fill is a pure function of the data, the
/// plan's seed and the arguments: whoever asks, in whatever grouping of lanes, gets the same values. Safe for
/// concurrent use with different batches.
/// </summary>
public interface ISequenceSource
{
    /// <summary>Sizes of what is filled in.</summary>
    SourceShape Shape { get; }

    /// <summary>Windows that make up one pass over the split.</summary>
    int StepsPerEpoch { get; }

    /// <summary>
    /// Elements that count in the loss in one pass over the split: tokens or target values. Where sequences
    /// are of random length, those of epoch 0.
    /// </summary>
    long TargetsPerEpoch { get; }

    /// <summary>
    /// Fills lanes [firstLane, firstLane + lanes) of a window. Rows of the batch are lane firstLane first.
    /// Lanes that have nothing to say in this window have all targets ignored.
    /// </summary>
    /// <param name="batch">
    /// A batch of this shape (<see cref="SourceShape.CreateBatch"/>); it is reshaped and overwritten.
    /// </param>
    /// <param name="epoch">Epoch, from 0; decides the order in training, has no influence elsewhere.</param>
    /// <param name="stepInEpoch">Window, 0..StepsPerEpoch-1.</param>
    /// <param name="firstLane">First lane of the plan's batch to fill.</param>
    /// <param name="lanes">Lanes to fill.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index lies outside its range.</exception>
    void Fill(SequenceBatch batch, int epoch, int stepInEpoch, int firstLane, int lanes);
}
