using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data;

/// <summary>The sizes of what a source fills into a batch, and so of the model's first and last layer.</summary>
/// <param name="IsTokenInput">Whether inputs are token ids (0..InputSize-1) rather than values.</param>
/// <param name="InputSize">V for token input, I for values.</param>
/// <param name="IsClassTarget">
/// Whether targets are classes (cross-entropy) rather than values (squared error).
/// </param>
/// <param name="OutputSize">Number of classes, or O target values.</param>
/// <param name="WindowLength">T, the time steps of every window.</param>
/// <param name="Lanes">B, the lanes of the whole batch.</param>
public sealed record SourceShape(
    bool IsTokenInput, int InputSize, bool IsClassTarget, int OutputSize, int WindowLength, int Lanes)
{
    /// <summary>
    /// Allocates a batch for windows of this shape with up to <paramref name="maxLanes"/> lanes.
    /// </summary>
    public SequenceBatch CreateBatch(int maxLanes) =>
        new(WindowLength, maxLanes, IsTokenInput ? 0 : InputSize, IsClassTarget ? 0 : OutputSize);

    /// <summary>Checks that a batch has these sizes and that the asked lanes exist.</summary>
    /// <exception cref="ArgumentException">The batch was made for another shape.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Lanes outside 0..<see cref="Lanes"/>.</exception>
    internal void Check(SequenceBatch batch, int firstLane, int lanes)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.InputSize != (IsTokenInput ? 0 : InputSize) || batch.TargetSize != (IsClassTarget ? 0 : OutputSize))
            throw new ArgumentException("The batch was allocated for another input or target size.", nameof(batch));
        ArgumentOutOfRangeException.ThrowIfNegative(firstLane);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lanes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstLane, Lanes - lanes);
    }
}
