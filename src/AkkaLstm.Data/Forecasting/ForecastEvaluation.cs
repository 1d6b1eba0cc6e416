using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Forecasting;

// N samples (origins), J target columns, H horizon, Q quantiles (1 where there are none).

/// <summary>
/// Compares the model with the baselines: same targets, same origins, same horizon, all in the data's own
/// units. Figures over several columns are means of the columns' figures.
/// </summary>
public sealed class ForecastEvaluation : TaskEvaluation
{
    private readonly ForecastSegment _segment;
    private readonly ForecastLayout _layout;
    private readonly IReadOnlyList<Baselines> _baselines;
    private readonly int _lanes;
    private readonly double[][] _predicted; // [J](N, H)
    private readonly double[][] _quantiles; // [J](N, H, Q)
    private readonly bool[] _seen; // (N)

    internal ForecastEvaluation(
        ForecastSegment segment, ForecastLayout layout, IReadOnlyList<Baselines> baselines, int lanes)
    {
        _segment = segment;
        _layout = layout;
        _baselines = baselines;
        _lanes = lanes;
        _seen = new bool[segment.SampleCount];
        _predicted = [.. baselines.Select(_ => new double[segment.SampleCount * Horizon])];
        _quantiles = [.. baselines.Select(_ => new double[checked(segment.SampleCount * Horizon * layout.QuantileCount)])];
    }

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

    /// <summary>The model's forecasts of a target column, own units, (N, H).</summary>
    public ReadOnlyMemory<double> Predicted(int target) => _predicted[target];

    /// <summary>What came, own units, (N, H).</summary>
    public double[] Actual(int target) => Actual(target, AllSamples);

    /// <inheritdoc/>
    public override void Add(SequenceBatch batch, int stepInEpoch, ReadOnlySpan<float> outputs, int outputStride)
    {
        ArgumentNullException.ThrowIfNull(batch);
        for (int lane = 0; lane < batch.Lanes; lane++)
        {
            int sample = (stepInEpoch * _lanes) + batch.FirstLane + lane;
            if (sample >= SampleCount)
                break;
            ReadOnlySpan<float> row = outputs.Slice(
                (((batch.TimeSteps - 1) * batch.Lanes) + lane) * outputStride, _layout.OutputSize);
            for (int j = 0; j < _predicted.Length; j++)
            {
                for (int k = 0; k < Horizon; k++)
                    Read(row, sample, j, k);
            }

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

    private void Read(ReadOnlySpan<float> outputs, int sample, int j, int k)
    {
        int place = (sample * Horizon) + k;
        Span<double> forecast = _quantiles[j].AsSpan(place * _layout.QuantileCount, _layout.QuantileCount);
        _layout.Read(outputs, j, k, _segment.Series.Table.Target(j), _segment.FirstOrigin + sample, forecast);
        _predicted[j][place] = forecast[_layout.Median];
    }

    private List<MethodScores> Methods(Samples samples)
    {
        double[][] actual = [.. Enumerable.Range(0, _predicted.Length).Select(j => Actual(j, samples))];
        double[][] predicted = [.. _predicted.Select(
            column => column.AsSpan(samples.First * Horizon, samples.Count * Horizon).ToArray())];
        List<MethodScores> methods = [Scores(EvaluationReport.ModelName, "the trained model", actual, predicted)];

        // A method is listed if it could be fitted to every column and every origin has the past that it needs.
        foreach (IForecastMethod method in _baselines[0].Methods)
        {
            IForecastMethod[] columns = [.. _baselines.Select(baselines => baselines.Methods.FirstOrDefault(
                candidate => candidate.Name == method.Name)).OfType<IForecastMethod>()];
            if (columns.Length == _baselines.Count
                && Array.TrueForAll(columns, column => column.HistoryLength <= _segment.FirstOrigin + 1))
            {
                string description = string.Join("; ", columns.Select(column => column.Description).Distinct());
                double[][] forecasts = [.. columns.Select((column, j) => Forecast(column, j, samples))];
                methods.Add(Scores(method.Name, description, actual, forecasts));
            }
        }

        return methods;
    }

    private double[] Actual(int target, Samples samples)
    {
        double[] column = _segment.Series.Table.Target(target);
        var actual = new double[samples.Count * Horizon];
        for (int i = 0; i < samples.Count; i++)
            column.AsSpan(_segment.FirstOrigin + samples.First + i + 1, Horizon).CopyTo(actual.AsSpan(i * Horizon));
        return actual;
    }

    private double[] Forecast(IForecastMethod method, int target, Samples samples)
    {
        double[] column = _segment.Series.Table.Target(target);
        var forecast = new double[samples.Count * Horizon];
        for (int i = 0; i < samples.Count; i++)
        {
            method.Forecast(
                column.AsSpan(0, _segment.FirstOrigin + samples.First + i + 1), forecast.AsSpan(i * Horizon, Horizon));
        }

        return forecast;
    }

    private MethodScores Scores(string method, string description, double[][] actual, double[][] forecast)
    {
        ForecastMetrics[] columns = [.. Enumerable.Range(0, actual.Length).Select(
            j => ForecastMetrics.Of(actual[j], forecast[j], _baselines[j].MaseScale))];
        TargetScores[] targets = [.. columns.Select(
            (column, j) => new TargetScores(_layout.Normalizer.Targets[j].Column, column.ToList()))];
        return new MethodScores(
            method, description, ForecastMetrics.Mean(columns).ToList(), columns.Length > 1 ? targets : []);
    }

    /// <summary>Each quantile's figures over all origins, steps ahead and columns.</summary>
    private List<QuantileScores> QuantileScores()
    {
        var scores = new List<QuantileScores>();
        for (int q = 0; q < _layout.Quantiles.Count; q++)
        {
            double quantile = _layout.Quantiles[q];
            double loss = 0;
            long below = 0;
            long count = 0;
            for (int j = 0; j < _quantiles.Length; j++)
            {
                double[] actual = Actual(j);
                for (int i = 0; i < actual.Length; i++)
                {
                    double error = actual[i] - _quantiles[j][(i * _layout.QuantileCount) + q];
                    loss += error > 0 ? quantile * error : (quantile - 1) * error;
                    below += error <= 0 ? 1 : 0;
                    count++;
                }
            }

            scores.Add(new QuantileScores(quantile, (double)below / count, loss / count));
        }

        return scores;
    }

    /// <summary>Consecutive origins.</summary>
    private readonly record struct Samples(int First, int Count);
}
