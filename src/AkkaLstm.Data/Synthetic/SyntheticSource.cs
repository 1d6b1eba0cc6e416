using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Data.Synthetic;

/// <summary>
/// Draws sequences on demand. Each has a random stream of its own, keyed by (seed, split, epoch, index), so
/// that any worker can make any lane. Training draws new sequences every epoch; validation and test always
/// the same ones.
/// </summary>
internal sealed class SyntheticSource : IJudgedSource
{
    private const int SplitCount = 3;

    private readonly SyntheticProblem _problem;
    private readonly DataSplit _split;
    private readonly ulong _seed;
    private readonly int _sequenceCount;
    private readonly Lazy<long> _targetsPerEpoch;

    internal SyntheticSource(SyntheticProblem problem, DataSplit split, ulong seed, int sequenceCount, int lanes)
    {
        _problem = problem;
        _split = split;
        _seed = seed;
        _sequenceCount = sequenceCount;
        Shape = problem.Shape(lanes);
        StepsPerEpoch = (sequenceCount + lanes - 1) / lanes;
        _targetsPerEpoch = new(CountTargets);
    }

    /// <inheritdoc/>
    public SourceShape Shape { get; }

    /// <inheritdoc/>
    public int StepsPerEpoch { get; }

    /// <inheritdoc/>
    public long TargetsPerEpoch => _targetsPerEpoch.Value;

    /// <inheritdoc/>
    public void Fill(SequenceBatch batch, int epoch, int stepInEpoch, int firstLane, int lanes)
    {
        Shape.Check(batch, firstLane, lanes);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(stepInEpoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(stepInEpoch, StepsPerEpoch);
        batch.Reshape(Shape.WindowLength, firstLane, lanes);
        Clear(batch);
        for (int lane = 0; lane < lanes; lane++)
        {
            int index = (stepInEpoch * Shape.Lanes) + firstLane + lane;
            if (index >= _sequenceCount)
                break;
            RandomStream random = Key(epoch, index).OpenStream();
            _problem.Draw(batch, lane, ref random);
        }
    }

    /// <inheritdoc/>
    public long CountRight(SequenceBatch batch, int firstLane, int lanes, ReadOnlySpan<float> outputs)
    {
        long right = 0;
        for (int lane = firstLane; lane < firstLane + lanes; lane++)
            right += _problem.Judge(batch, lane, outputs, Shape.OutputSize, Shape.OutputSize).Right;
        return right;
    }

    private long CountTargets()
    {
        SequenceBatch batch = Shape.CreateBatch(Shape.Lanes);
        long count = 0;
        for (int step = 0; step < StepsPerEpoch; step++)
        {
            Fill(batch, epoch: 0, step, firstLane: 0, Shape.Lanes);
            count += Shape.IsClassTarget
                ? batch.TargetClasses.Count(target => target != SequenceBatch.IgnoredClass)
                : batch.TargetMask.Count(counts => counts) * (long)Shape.OutputSize;
        }

        return count;
    }

    private RandomKey Key(int epoch, int index)
    {
        long drawn = _split == DataSplit.Train ? epoch : 0;
        return new RandomKey(_seed, RandomPurpose.SyntheticData, (drawn * SplitCount) + (int)_split, index);
    }

    private void Clear(SequenceBatch batch)
    {
        int cells = batch.TimeSteps * batch.Lanes;
        batch.ResetsCarry.AsSpan(0, batch.Lanes).Fill(true);
        if (Shape.IsTokenInput)
            batch.Tokens.AsSpan(0, cells).Clear();
        else
            batch.Values.AsSpan(0, cells * Shape.InputSize).Clear();
        if (Shape.IsClassTarget)
        {
            batch.TargetClasses.AsSpan(0, cells).Fill(SequenceBatch.IgnoredClass);
        }
        else
        {
            batch.TargetValues.AsSpan(0, cells * Shape.OutputSize).Clear();
            batch.TargetMask.AsSpan(0, cells).Clear();
        }
    }
}
