using System.Diagnostics;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Text;

// T window length, B lanes.

/// <summary>
/// A stream of tokens cut into B contiguous lanes and these into windows of T; every target is the token
/// after its input. The state is carried from window to window and starts from zero only at the first window
/// of an epoch.
/// </summary>
internal sealed class TextSource : ISequenceSource
{
    private readonly int[] _tokens;

    // Invariant: lane b predicts tokens _starts[b]+1 .. _starts[b]+_counts[b] of the stream, all within it.
    private readonly int[] _starts;
    private readonly int[] _counts;

    private TextSource(int[] tokens, SourceShape shape, int[] starts, int[] counts, int steps)
    {
        Debug.Assert(
            starts.Zip(counts).All(lane => lane.First + lane.Second < tokens.Length), "A lane runs past the stream.");
        _tokens = tokens;
        _starts = starts;
        _counts = counts;
        Shape = shape;
        StepsPerEpoch = steps;
        TargetsPerEpoch = counts.Sum(count => (long)count);
    }

    /// <inheritdoc/>
    public SourceShape Shape { get; }

    /// <inheritdoc/>
    public int StepsPerEpoch { get; }

    /// <inheritdoc/>
    public long TargetsPerEpoch { get; }

    /// <summary>
    /// Tokens that training needs at least: one window in every lane, and the last one's target.
    /// </summary>
    internal static long LeastTrainingTokens(SourceShape shape) => ((long)shape.Lanes * shape.WindowLength) + 1;

    /// <summary>Lanes of equal length, a whole number of windows; the remainder is dropped.</summary>
    internal static TextSource ForTraining(int[] tokens, SourceShape shape)
    {
        int laneLength = (tokens.Length - 1) / shape.Lanes;
        int steps = laneLength / shape.WindowLength;
        int[] starts = [.. Enumerable.Range(0, shape.Lanes).Select(lane => lane * laneLength)];
        int[] counts = [.. Enumerable.Repeat(steps * shape.WindowLength, shape.Lanes)];
        return new TextSource(tokens, shape, starts, counts, steps);
    }

    /// <summary>
    /// Lanes whose lengths differ by one at most, so that every token after the first is a target exactly
    /// once.
    /// </summary>
    internal static TextSource ForEvaluation(int[] tokens, SourceShape shape)
    {
        long targets = tokens.Length - 1;
        int[] starts = [.. Enumerable.Range(0, shape.Lanes + 1).Select(lane => (int)(lane * targets / shape.Lanes))];
        int[] counts = [.. Enumerable.Range(0, shape.Lanes).Select(lane => starts[lane + 1] - starts[lane])];
        int steps = (counts.Max() + shape.WindowLength - 1) / shape.WindowLength;
        return new TextSource(tokens, shape, starts[..^1], counts, steps);
    }

    /// <inheritdoc/>
    public void Fill(SequenceBatch batch, int epoch, int stepInEpoch, int firstLane, int lanes)
    {
        Shape.Check(batch, firstLane, lanes);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(stepInEpoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(stepInEpoch, StepsPerEpoch);
        batch.Reshape(Shape.WindowLength, firstLane, lanes);
        int first = stepInEpoch * Shape.WindowLength;
        for (int lane = 0; lane < lanes; lane++)
        {
            ReadOnlySpan<int> stream = _tokens.AsSpan(_starts[firstLane + lane], _counts[firstLane + lane] + 1);
            batch.ResetsCarry[lane] = stepInEpoch == 0;
            for (int t = 0, cell = lane; t < Shape.WindowLength; t++, cell += lanes)
            {
                bool counts = first + t + 1 < stream.Length;
                batch.Tokens[cell] = counts ? stream[first + t] : 0;
                batch.TargetClasses[cell] = counts ? stream[first + t + 1] : SequenceBatch.IgnoredClass;
            }
        }
    }
}
