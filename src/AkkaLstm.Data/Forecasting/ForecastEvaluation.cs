using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Forecasting;

// N samples (origins), J target columns, T window length.

/// <summary>
/// Compares the model with the baselines: same targets, same origins, same horizon, all in the data's own
/// units. Figures over several columns are means of the columns' figures.
/// </summary>
public sealed class ForecastEvaluation : TaskEvaluation
{
    private readonly ForecastSegment _segment;
    private readonly Normalizer _normalizer;
    private readonly IReadOnlyList<Baselines> _baselines;
    private readonly int _lanes;
    private readonly double[][] _predicted; // [J](N, horizon)
    private readonly bool[] _seen; // (N)

    internal ForecastEvaluation(
        ForecastSegment segment, Normalizer normalizer, IReadOnlyList<Baselines> baselines, int lanes, int horizon)
    {
        _segment = segment;
        _normalizer = normalizer;
        _baselines = baselines;
        _lanes = lanes;
        Horizon = horizon;
        _seen = new bool[segment.SampleCount];
        _predicted = [.. baselines.Select(_ => new double[segment.SampleCount * horizon])];
    }

    /// <inheritdoc/>
    public override bool NeedsOutputs => true;

    /// <summary>Steps ahead.</summary>
    public int Horizon { get; }

    /// <summary>N, the origins in the split.</summary>
    public int SampleCount => _segment.SampleCount;

    /// <summary>
    /// Date of a sample's origin (the last known row), or its row number from 0 where there is no date
    /// column.
    /// </summary>
    public string OriginLabel(int sample) =>
        _segment.Series.Table.Dates?[_segment.FirstOrigin + sample] ?? $"{_segment.FirstOrigin + sample}";

    /// <summary>The model's forecasts of a target column, own units, (N, horizon).</summary>
    public ReadOnlyMemory<double> Predicted(int target) => _predicted[target];

    /// <summary>What came, own units, (N, horizon).</summary>
    public double[] Actual(int target)
    {
        double[] column = _segment.Series.Table.Target(target);
        var actual = new double[SampleCount * Horizon];
        for (int sample = 0; sample < SampleCount; sample++)
            column.AsSpan(_segment.FirstOrigin + sample + 1, Horizon).CopyTo(actual.AsSpan(sample * Horizon));
        return actual;
    }

    /// <inheritdoc/>
    public override void Add(SequenceBatch batch, int stepInEpoch, ReadOnlySpan<float> outputs, int outputStride)
    {
        ArgumentNullException.ThrowIfNull(batch);
        int targets = _predicted.Length;
        for (int lane = 0; lane < batch.Lanes; lane++)
        {
            int sample = (stepInEpoch * _lanes) + batch.FirstLane + lane;
            if (sample >= SampleCount)
                break;
            ReadOnlySpan<float> row = outputs.Slice(
                (((batch.TimeSteps - 1) * batch.Lanes) + lane) * outputStride, Horizon * targets);
            for (int j = 0; j < targets; j++)
            {
                for (int k = 0; k < Horizon; k++)
                    _predicted[j][(sample * Horizon) + k] = _normalizer.Targets[j].Denormalize(row[(k * targets) + j]);
            }

            _seen[sample] = true;
        }
    }

    /// <inheritdoc/>
    public override EvaluationReport Finish(double meanLoss)
    {
        if (Array.IndexOf(_seen, false) is var missing and >= 0)
            throw new InvalidOperationException($"Sample {missing} of {SampleCount} was not added.");
        double[][] actual = [.. Enumerable.Range(0, _predicted.Length).Select(Actual)];
        List<MethodScores> methods = [Scores(EvaluationReport.ModelName, "the trained model", actual, _predicted)];

        // A method is listed if it could be fitted to every column and every origin has the past that it needs.
        foreach (IForecastMethod method in _baselines[0].Methods)
        {
            IForecastMethod[] columns = [.. _baselines.Select(baselines => baselines.Methods.FirstOrDefault(
                candidate => candidate.Name == method.Name)).OfType<IForecastMethod>()];
            if (columns.Length == _baselines.Count
                && Array.TrueForAll(columns, column => column.HistoryLength <= _segment.FirstOrigin + 1))
            {
                string description = string.Join("; ", columns.Select(column => column.Description).Distinct());
                methods.Add(Scores(method.Name, description, actual, [.. columns.Select(Forecast)]));
            }
        }

        return new EvaluationReport(methods);
    }

    private double[] Forecast(IForecastMethod method, int target)
    {
        double[] column = _segment.Series.Table.Target(target);
        var forecast = new double[SampleCount * Horizon];
        for (int sample = 0; sample < SampleCount; sample++)
        {
            method.Forecast(
                column.AsSpan(0, _segment.FirstOrigin + sample + 1), forecast.AsSpan(sample * Horizon, Horizon));
        }

        return forecast;
    }

    private MethodScores Scores(string method, string description, double[][] actual, double[][] forecast)
    {
        ForecastMetrics[] columns = [.. Enumerable.Range(0, actual.Length).Select(
            j => ForecastMetrics.Of(actual[j], forecast[j], _baselines[j].MaseScale))];
        TargetScores[] targets = [.. columns.Select(
            (column, j) => new TargetScores(_normalizer.Targets[j].Column, column.ToList()))];
        return new MethodScores(
            method, description, ForecastMetrics.Mean(columns).ToList(), columns.Length > 1 ? targets : []);
    }
}
