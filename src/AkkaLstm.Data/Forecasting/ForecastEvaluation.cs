using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Forecasting;

// N samples (origins), B lanes of a batch, J target columns, H horizon, Q quantiles (1 where there are none), O = H J Q outputs.

/// <summary>
/// Compares the model with the baselines: same targets, same origins, same horizon, all in the data's own
/// units. Figures over several columns are means of the columns' figures.
/// </summary>
/// <remarks>
/// Of the whole split only the model's outputs are kept, in single precision; everything else is made from them and from the
/// table origin by origin, while a figure is summed: those of a wide forecast take gigabytes as they are.
/// </remarks>
public sealed class ForecastEvaluation : TaskEvaluation
{
    private readonly ForecastSegment _segment;
    private readonly ForecastLayout _layout;
    private readonly IReadOnlyList<Baselines> _baselines;
    private readonly int _lanes;
    private readonly EpochOrder? _order;
    private readonly float[]?[] _outputs; // [block of B samples](B, O), made when the first of them comes
    private readonly bool[] _seen; // (N)

    /// <summary>Begins a tally.</summary>
    /// <param name="segment">The samples.</param>
    /// <param name="layout">Order of the outputs.</param>
    /// <param name="baselines">Of each target column.</param>
    /// <param name="lanes">B.</param>
    /// <param name="order">The order in which the source gives the samples; null: as they are.</param>
    internal ForecastEvaluation(
        ForecastSegment segment, ForecastLayout layout, IReadOnlyList<Baselines> baselines, int lanes, EpochOrder? order)
    {
        _segment = segment;
        _layout = layout;
        _baselines = baselines;
        _lanes = lanes;
        _order = order;
        _seen = new bool[segment.SampleCount];
        _outputs = new float[]?[((segment.SampleCount - 1) / lanes) + 1];
    }

    /// <summary>What a method forecasts for a target column after a sample's origin.</summary>
    private delegate void ColumnForecast(int target, int sample, Span<double> forecast);

    /// <inheritdoc/>
    public override bool NeedsOutputs => true;

    /// <summary>H, steps ahead.</summary>
    public int Horizon => _layout.Horizon;

    /// <summary>N, the origins in the split.</summary>
    public int SampleCount => _segment.SampleCount;

    /// <summary>
    /// Date of a sample's origin (the last known row), or its row number from 0 where there is no date
    /// column.
    /// </summary>
    public string OriginLabel(int sample) =>
        _segment.Series.Table.Dates?[_segment.FirstOrigin + sample] ?? $"{_segment.FirstOrigin + sample}";

    /// <inheritdoc/>
    public override void Add(SequenceBatch batch, int stepInEpoch, ReadOnlySpan<float> outputs, int outputStride)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ReadOnlySpan<int> order = _order is null ? default : _order.Of(epoch: 0);
        for (int lane = 0; lane < batch.Lanes; lane++)
        {
            int place = (stepInEpoch * _lanes) + batch.FirstLane + lane;
            if (place >= SampleCount)
                break;
            int sample = _order is null ? place : order[place];
            outputs.Slice((((batch.TimeSteps - 1) * batch.Lanes) + lane) * outputStride, _layout.OutputSize)
                .CopyTo(Outputs(sample));
            _seen[sample] = true;
        }
    }

    /// <inheritdoc/>
    public override EvaluationReport Finish(double meanLoss)
    {
        if (Array.IndexOf(_seen, false) is var missing and >= 0)
            throw new InvalidOperationException($"Sample {missing} of {SampleCount} was not added.");
        return new EvaluationReport(Methods(AllSamples)) { Quantiles = QuantileScores() };
    }

    /// <summary>
    /// Back-test by rolling origin (Tashman 2000, "Out-of-sample tests of forecasting accuracy"): the figures of some
    /// origins apart, the newest one last, each a horizon after the one before, so that no row is forecast twice.
    /// </summary>
    /// <param name="count">Origins.</param>
    /// <exception cref="BadInputException">The split has fewer.</exception>
    public IReadOnlyList<OriginScores> Rolling(int count)
    {
        int most = ((SampleCount - 1) / Horizon) + 1;
        if (count < 1 || count > most)
        {
            throw new BadInputException(
                $"--rolling {count}: the split has room for {most} origins that are {Horizon} rows apart; "
                + $"give 1 to {most}.");
        }

        return [.. Enumerable.Range(0, count).Select(i => SampleCount - 1 - ((count - 1 - i) * Horizon)).Select(
            sample => new OriginScores(OriginLabel(sample), Methods(new Samples(sample, 1))))];
    }

    private Samples AllSamples => new(0, SampleCount);

    /// <summary>Where the model's outputs for a sample are kept, (O).</summary>
    private Span<float> Outputs(int sample)
    {
        int first = sample / _lanes * _lanes;
        float[] block = _outputs[sample / _lanes] ??=
            new float[checked(Math.Min(_lanes, SampleCount - first) * _layout.OutputSize)];
        return block.AsSpan((sample - first) * _layout.OutputSize, _layout.OutputSize);
    }

    /// <summary>What came after a sample's origin, (H).</summary>
    private ReadOnlySpan<double> Actual(int target, int sample) =>
        _segment.Series.Table.Target(target).AsSpan(_segment.FirstOrigin + sample + 1, Horizon);

    private List<MethodScores> Methods(Samples samples)
    {
        int median = _layout.Median;
        var quantiles = new double[_layout.QuantileCount];
        List<MethodScores> methods = [Scores(EvaluationReport.ModelName, "the trained model", samples, OfModel)];

        // A method is listed if it could be fitted to every column and every origin has the past that it needs.
        foreach (IForecastMethod method in _baselines[0].Methods)
        {
            IForecastMethod[] columns = [.. _baselines.Select(baselines => baselines.Methods.FirstOrDefault(
                candidate => candidate.Name == method.Name)).OfType<IForecastMethod>()];
            if (columns.Length == _baselines.Count
                && Array.TrueForAll(columns, column => column.HistoryLength <= _segment.FirstOrigin + 1))
            {
                string description = string.Join("; ", columns.Select(column => column.Description).Distinct());
                methods.Add(Scores(method.Name, description, samples, (j, sample, forecast) => columns[j].Forecast(
                    _segment.Series.Table.Target(j).AsSpan(0, _segment.FirstOrigin + sample + 1), forecast)));
            }
        }

        return methods;

        void OfModel(int j, int sample, Span<double> forecast)
        {
            for (int k = 0; k < Horizon; k++)
            {
                Read(sample, j, k, quantiles);
                forecast[k] = quantiles[median];
            }
        }
    }

    private void Read(int sample, int j, int k, Span<double> quantiles) => _layout.Read(
        Outputs(sample), j, k, _segment.Series.Table.Target(j), _segment.FirstOrigin + sample, quantiles);

    private MethodScores Scores(string method, string description, Samples samples, ColumnForecast forecaster)
    {
        var forecast = new double[Horizon];
        var columns = new ForecastMetrics[_layout.TargetCount];
        for (int j = 0; j < columns.Length; j++)
        {
            var errors = new ForecastErrors();
            for (int sample = samples.First; sample < samples.First + samples.Count; sample++)
            {
                forecaster(j, sample, forecast);
                errors.Add(Actual(j, sample), forecast);
            }

            columns[j] = errors.ToMetrics(_baselines[j].MaseScale);
        }

        TargetScores[] targets = [.. columns.Select(
            (column, j) => new TargetScores(_layout.Normalizer.Targets[j].Column, column.ToList()))];
        return new MethodScores(
            method, description, ForecastMetrics.Mean(columns).ToList(), columns.Length > 1 ? targets : []);
    }

    /// <summary>Each quantile's figures over all origins, steps ahead and columns.</summary>
    private QuantileScores[] QuantileScores()
    {
        IReadOnlyList<double> quantiles = _layout.Quantiles;
        if (quantiles.Count == 0)
            return [];
        var forecast = new double[quantiles.Count];
        var loss = new double[quantiles.Count];
        var below = new long[quantiles.Count];
        for (int j = 0; j < _layout.TargetCount; j++)
        {
            for (int sample = 0; sample < SampleCount; sample++)
            {
                ReadOnlySpan<double> actual = Actual(j, sample);
                for (int k = 0; k < Horizon; k++)
                {
                    Read(sample, j, k, forecast);
                    for (int q = 0; q < forecast.Length; q++)
                    {
                        double error = actual[k] - forecast[q];
                        loss[q] += error > 0 ? quantiles[q] * error : (quantiles[q] - 1) * error;
                        below[q] += error <= 0 ? 1 : 0;
                    }
                }
            }
        }

        double count = (double)_layout.TargetCount * SampleCount * Horizon;
        return [.. quantiles.Select((quantile, q) => new QuantileScores(quantile, below[q] / count, loss[q] / count))];
    }

    /// <summary>Consecutive origins.</summary>
    private readonly record struct Samples(int First, int Count);
}
