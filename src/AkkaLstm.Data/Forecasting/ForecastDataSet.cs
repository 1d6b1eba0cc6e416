using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Forecasting;

/// <summary>
/// Numeric columns of a CSV file, split in time order, to forecast some of them from their past.
/// </summary>
public sealed class ForecastDataSet : DataSet
{
    /// <summary>Most rows ahead that are forecast, at once or by going on from forecasts.</summary>
    internal const int LargestHorizon = 100_000;

    private const double DefaultFraction = 0.15;
    private const int LargestLag = 100_000;

    private readonly DataOptions _options;
    private readonly SplitRows[] _splits;
    private readonly Lazy<IReadOnlyList<Baselines>> _baselines;

    private ForecastDataSet(DataOptions options, string hash, Normalizer normalizer, SplitRows[] splits)
        : base(options.Data, DataTask.Forecast, hash)
    {
        _options = options;
        _splits = splits;
        Normalizer = normalizer;
        Layout = ForecastLayout.Of(normalizer, options);
        Shape = Layout.Shape(options, options.Batch);
        _baselines = new(FitBaselines);
    }

    /// <summary>Columns and scales, from the training part or from the saved model.</summary>
    public Normalizer Normalizer { get; }

    /// <summary>Order of inputs and outputs.</summary>
    internal ForecastLayout Layout { get; }

    /// <summary>Steps ahead that are forecast at once.</summary>
    public int Horizon => _options.Horizon;

    /// <summary>Baselines of each target column, fitted on the training part on first use.</summary>
    public IReadOnlyList<Baselines> Baselines => _baselines.Value;

    /// <inheritdoc/>
    public override DataArtifacts Artifacts => new(Normalizer, null);

    /// <inheritdoc/>
    public override SourceShape Shape { get; }

    /// <summary>Rows whose values are targets of the split.</summary>
    public int RowCount(DataSplit split) => _splits[(int)split].End - _splits[(int)split].First;

    /// <inheritdoc/>
    public override bool Has(DataSplit split) => RowCount(split) > 0;

    /// <inheritdoc/>
    public override TaskEvaluation Evaluate(DataSplit split)
    {
        ForecastSegment segment = Cut(split);
        return new ForecastEvaluation(
            segment, Layout, Baselines, Shape.Lanes, OrderOf(split, segment.SampleCount));
    }

    /// <summary>Reads the tables and cuts the splits.</summary>
    internal static ForecastDataSet Open(DataOptions options, Normalizer? saved)
    {
        DataSets.RequireWithin("--horizon", options.Horizon, 1, LargestHorizon);
        DataSets.RequireWithin("--difference", options.Difference ?? 1, 1, LargestLag);
        DataSets.RequireWithin("--season-length", options.SeasonLength ?? 1, 1, int.MaxValue);
        DataSets.RequireWithin("--ar-order", options.ArOrder ?? 0, 0, AutoregressiveMethod.LargestOrder);
        ColumnChoice choice = saved is null ? ColumnChoice.Of(options) : ColumnChoice.Of(saved, options);
        SeriesTable main = Read(options.Data, choice, out byte[] mainBytes);
        SplitSizes sizes = SplitSizes.Of(main.RowCount, options, DefaultFraction);
        if (saved is null && sizes.Train < 2)
        {
            throw new BadInputException(
                $"{options.Data}: the training part has {sizes.Train} rows, too few for a scale; "
                + "give more rows, or smaller --valid-fraction and --test-fraction.");
        }

        Normalizer normalizer = saved ?? NormalizerFit.Fit(main, sizes.Train, options.Difference ?? 0);
        NormalizedSeries series = NormalizedSeries.Of(main, normalizer);

        // Other files must have the columns that the main file settled on, whatever else they have.
        choice = ColumnChoice.Of(normalizer, options);
        NormalizedSeries? valid = ReadOwn(options.ValidPath, "--valid", choice, normalizer, out byte[]? validBytes);
        NormalizedSeries? test = ReadOwn(options.TestPath, "--test", choice, normalizer, out byte[]? testBytes);
        int validEnd = sizes.Train + sizes.Valid;
        SplitRows[] splits =
        [
            new(series, 0, sizes.Train),
            valid is null ? new(series, sizes.Train, validEnd) : new(valid, 0, valid.Table.RowCount),
            test is null ? new(series, validEnd, main.RowCount) : new(test, 0, test.Table.RowCount),
        ];
        return new ForecastDataSet(options, ContentHash.Of(mainBytes, validBytes, testBytes), normalizer, splits);
    }

    /// <summary>Reads a CSV file or the built-in one.</summary>
    internal static SeriesTable Read(string data, ColumnChoice choice, out byte[] bytes) => data == Sunspots.Data
        ? SeriesReader.Parse(data, Sunspots.Read(out bytes), choice)
        : SeriesReader.Read(data, "--data", choice, out bytes);

    /// <summary>Rows that a sample looks back on, its origin included.</summary>
    private int Reach => Shape.WindowLength + Layout.Lag;

    /// <inheritdoc/>
    protected override ISequenceSource CreateSource(DataSplit split)
    {
        ForecastSegment segment = Cut(split);
        return new ForecastSource(segment, Shape, Layout, OrderOf(split, segment.SampleCount));
    }

    /// <summary>Training takes its samples in another order each epoch; the other splits as they are.</summary>
    private EpochOrder? OrderOf(DataSplit split, int sampleCount) =>
        split == DataSplit.Train ? new EpochOrder(_options.Seed, sampleCount) : null;

    private static NormalizedSeries? ReadOwn(
        string? path, string option, ColumnChoice choice, Normalizer normalizer, out byte[]? bytes)
    {
        bytes = null;
        return path is null ? null
            : NormalizedSeries.Of(SeriesReader.Read(path, option, choice, out bytes), normalizer);
    }

    private ForecastSegment Cut(DataSplit split)
    {
        if (!Has(split))
            throw MissingSplit(split);
        (NormalizedSeries series, int first, int end) = _splits[(int)split];
        ForecastSegment segment = ForecastSegment.Cut(series, first, end, Reach, Horizon);
        if (segment.SampleCount > 0)
            return segment;

        // Rows before the split count as history: only a split at the start of its file must hold the whole window.
        int needed = Math.Max(Reach - first, 0) + Horizon;
        string lag = Layout.Lag > 0 ? $", --difference {Layout.Lag}" : "";
        throw new BadInputException(
            $"{series.Table.Path}: the {split.ToString().ToLowerInvariant()} part has {end - first} rows, "
            + $"but --window {Shape.WindowLength}{lag} and --horizon {Horizon} need {needed}; "
            + "give more rows, a smaller --window or --horizon, or another fraction.");
    }

    private IReadOnlyList<Baselines> FitBaselines()
    {
        (NormalizedSeries series, int first, int end) = _splits[(int)DataSplit.Train];
        return [.. Enumerable.Range(0, Normalizer.Targets.Count).Select(j => Forecasting.Baselines.Fit(
            series.Table.Target(j).AsSpan(first, end - first), _options.SeasonLength, _options.ArOrder))];
    }

    /// <summary>Rows [First, End) of a file.</summary>
    private readonly record struct SplitRows(NormalizedSeries Series, int First, int End);
}
