using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Classification;

// T time steps of a step, B lanes, I inputs.

/// <summary>
/// Whole sequences, one a lane: the state starts from zero, and the only target is the class at the sequence's own last step. What
/// follows to the end of the batch is padding without a target: no loss and no gradient comes from there.
/// </summary>
/// <remarks>
/// T is the length of the longest sequence of the whole step, whichever lanes are asked for. So all shards of a step have the same
/// work, and T is a function of plan, data and epoch alone.
/// </remarks>
internal sealed class ClassificationSource : ISequenceSource
{
    private readonly IReadOnlyList<EncodedSequence> _sequences;
    private readonly LengthBuckets _buckets;
    private readonly float[]? _weights;

    internal ClassificationSource(
        IReadOnlyList<EncodedSequence> sequences, SourceShape shape, ulong? seed, ClassWeights weights = ClassWeights.Equal)
    {
        _weights = weights == ClassWeights.Balanced ? Balanced(sequences, shape.OutputSize) : null;
        _sequences = sequences;
        _buckets = new LengthBuckets([.. sequences.Select(sequence => sequence.Length)], shape.Lanes, seed);
        Shape = shape;
    }

    /// <inheritdoc/>
    public SourceShape Shape { get; }

    /// <inheritdoc/>
    public int StepsPerEpoch => _buckets.StepCount;

    /// <inheritdoc/>
    public long TargetsPerEpoch => _sequences.Count;

    /// <summary>The sequence at a place, or <see cref="LengthBuckets.Empty"/>.</summary>
    internal int SequenceAt(int epoch, int stepInEpoch, int lane) =>
        _buckets.Of(epoch).Sequences[(stepInEpoch * Shape.Lanes) + lane];

    /// <inheritdoc/>
    public void Fill(SequenceBatch batch, int epoch, int stepInEpoch, int firstLane, int lanes)
    {
        Shape.Check(batch, firstLane, lanes);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(stepInEpoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(stepInEpoch, StepsPerEpoch);
        LengthBuckets.EpochBatches batches = _buckets.Of(epoch);
        batch.Reshape(batches.TimeSteps[stepInEpoch], firstLane, lanes);
        batch.HasWeights = _weights is not null;
        int cells = batch.TimeSteps * lanes;
        batch.TargetClasses.AsSpan(0, cells).Fill(SequenceBatch.IgnoredClass);
        batch.ResetsCarry.AsSpan(0, lanes).Fill(true);
        if (Shape.IsTokenInput)
            batch.Tokens.AsSpan(0, cells).Clear();
        else
            batch.Values.AsSpan(0, cells * Shape.InputSize).Clear();
        for (int lane = 0; lane < lanes; lane++)
        {
            int sequence = batches.Sequences[(stepInEpoch * Shape.Lanes) + firstLane + lane];
            if (sequence != LengthBuckets.Empty)
                FillLane(batch, lane, _sequences[sequence]);
        }
    }

    /// <summary>n / (k n_c), where k counts the classes that there are.</summary>
    private static float[] Balanced(IReadOnlyList<EncodedSequence> sequences, int classCount)
    {
        var counts = new int[classCount];
        foreach (EncodedSequence sequence in sequences)
            counts[sequence.Class]++;
        int known = counts.Count(count => count > 0);
        return Array.ConvertAll(counts, count => count == 0 ? 1 : (float)((double)sequences.Count / known / count));
    }

    private void FillLane(SequenceBatch batch, int lane, EncodedSequence sequence)
    {
        int length = sequence.Length;
        for (int t = 0; t < length; t++)
        {
            int cell = (t * batch.Lanes) + lane;
            if (Shape.IsTokenInput)
                batch.Tokens[cell] = sequence.Tokens[t];
            else
                sequence.Values.AsSpan(t * Shape.InputSize, Shape.InputSize).CopyTo(batch.Values.AsSpan(cell * Shape.InputSize));
        }

        // A sequence that is only to be classified still needs a target, for the model to compute outputs there.
        int target = Math.Max(sequence.Class, 0);
        batch.TargetClasses[((length - 1) * batch.Lanes) + lane] = target;
        if (_weights is not null)
            batch.LaneWeights[lane] = _weights[target];
    }
}
