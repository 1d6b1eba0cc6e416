using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Forecasting;

// T window length, B lanes; ForecastLayout has the order of inputs and outputs.

/// <summary>
/// Sliding windows, each a sample of its own: the state always starts from zero and only the last time step
/// has a target, the next horizon values of every target column, each as often as there are quantiles. In training the samples come in another order each epoch; the lanes that are left over in the last
/// batch are masked, so that an epoch sees every sample exactly once.
/// </summary>
internal sealed class ForecastSource : ISequenceSource
{
    private readonly ForecastSegment _segment;
    private readonly EpochOrder? _order;
    private readonly ForecastLayout _layout;

    internal ForecastSource(ForecastSegment segment, SourceShape shape, ForecastLayout layout, EpochOrder? order)
    {
        _segment = segment;
        _order = order;
        _layout = layout;
        Shape = shape;
        StepsPerEpoch = (segment.SampleCount + shape.Lanes - 1) / shape.Lanes;
        TargetsPerEpoch = (long)segment.SampleCount * shape.OutputSize;
    }

    /// <inheritdoc/>
    public SourceShape Shape { get; }

    /// <inheritdoc/>
    public int StepsPerEpoch { get; }

    /// <inheritdoc/>
    public long TargetsPerEpoch { get; }

    /// <inheritdoc/>
    public void Fill(SequenceBatch batch, int epoch, int stepInEpoch, int firstLane, int lanes)
    {
        Shape.Check(batch, firstLane, lanes);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(stepInEpoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(stepInEpoch, StepsPerEpoch);
        batch.Reshape(Shape.WindowLength, firstLane, lanes);
        int cells = Shape.WindowLength * lanes;
        batch.TargetMask.AsSpan(0, cells).Clear();
        batch.TargetValues.AsSpan(0, cells * Shape.OutputSize).Clear();
        batch.ResetsCarry.AsSpan(0, lanes).Fill(true);
        ReadOnlySpan<int> order = _order is null ? default : _order.Of(epoch);
        for (int lane = 0; lane < lanes; lane++)
        {
            int sample = (stepInEpoch * Shape.Lanes) + firstLane + lane;
            if (sample < _segment.SampleCount)
                FillLane(batch, lane, _segment.FirstOrigin + (_order is null ? sample : order[sample]));
            else
                ClearLane(batch, lane);
        }
    }

    private void FillLane(SequenceBatch batch, int lane, int origin)
    {
        int columns = _layout.Normalizer.Inputs.Count;
        ReadOnlySpan<float> rows = _segment.Series.Inputs;
        for (int t = 0; t < Shape.WindowLength; t++)
        {
            int row = origin + 1 - Shape.WindowLength + t;
            Span<float> values = batch.Values.AsSpan(((t * batch.Lanes) + lane) * Shape.InputSize, Shape.InputSize);
            rows.Slice(row * columns, columns).CopyTo(values);
            int next = columns;
            for (int k = 1; k <= _layout.Horizon; k++)
            {
                foreach (int known in _layout.Known)
                    values[next++] = rows[((row + k) * columns) + known];
            }
        }

        int last = ((Shape.WindowLength - 1) * batch.Lanes) + lane;
        FillTargets(batch.TargetValues.AsSpan(last * Shape.OutputSize, Shape.OutputSize), origin);
        batch.TargetMask[last] = true;
    }

    private void FillTargets(Span<float> targets, int origin)
    {
        int next = 0;
        for (int k = 0; k < _layout.Horizon; k++)
        {
            for (int j = 0; j < _layout.TargetCount; j++)
            {
                float target = _layout.Normalizer.Targets[j].Target(_segment.Series.Table.Target(j), origin, k);
                targets.Slice(next, _layout.QuantileCount).Fill(target);
                next += _layout.QuantileCount;
            }
        }
    }

    private void ClearLane(SequenceBatch batch, int lane)
    {
        int inputs = Shape.InputSize;
        for (int t = 0; t < Shape.WindowLength; t++)
            batch.Values.AsSpan(((t * batch.Lanes) + lane) * inputs, inputs).Clear();
    }
}
