using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Forecasting;

// T window length, B lanes, I inputs, J targets, O = horizon * J outputs.

/// <summary>
/// Sliding windows, each a sample of its own: the state always starts from zero and only the last time step
/// has a target, the next horizon values of every target column (output k * J + j: column j, k + 1 rows
/// ahead). In training the samples come in another order each epoch; the lanes that are left over in the last
/// batch are masked, so that an epoch sees every sample exactly once.
/// </summary>
internal sealed class ForecastSource : ISequenceSource
{
    private readonly ForecastSegment _segment;
    private readonly EpochOrder? _order;
    private readonly int _horizon;
    private readonly int _targets;

    internal ForecastSource(ForecastSegment segment, SourceShape shape, int horizon, EpochOrder? order)
    {
        _segment = segment;
        _order = order;
        _horizon = horizon;
        _targets = shape.OutputSize / horizon;
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
        int inputs = Shape.InputSize;
        ReadOnlySpan<float> rows = _segment.Series.Inputs.AsSpan((origin + 1 - Shape.WindowLength) * inputs);
        for (int t = 0; t < Shape.WindowLength; t++)
            rows.Slice(t * inputs, inputs).CopyTo(batch.Values.AsSpan(((t * batch.Lanes) + lane) * inputs));
        int last = ((Shape.WindowLength - 1) * batch.Lanes) + lane;
        _segment.Series.Targets.AsSpan((origin + 1) * _targets, _horizon * _targets)
            .CopyTo(batch.TargetValues.AsSpan(last * Shape.OutputSize));
        batch.TargetMask[last] = true;
    }

    private void ClearLane(SequenceBatch batch, int lane)
    {
        int inputs = Shape.InputSize;
        for (int t = 0; t < Shape.WindowLength; t++)
            batch.Values.AsSpan(((t * batch.Lanes) + lane) * inputs, inputs).Clear();
    }
}
