using AkkaLstm.Data;
using AkkaLstm.Data.Forecasting;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Inference;

/// <summary>Values after the end of the data.</summary>
/// <param name="DateColumn">Name of the date column; null where the data has none.</param>
/// <param name="Targets">Names of the forecast columns.</param>
/// <param name="Rows">One for each step ahead.</param>
/// <param name="HistoryDates">Dates of the last known rows; empty without dates.</param>
/// <param name="History">Last known values of the targets, [column][row], in the data's own units, for
/// charts.</param>
/// <param name="Deviations">Of each target column the standard deviation in the training part (that of its changes, where the
/// model forecasts those): which digits of a value say something.</param>
public sealed record ForecastResult(
    string? DateColumn,
    IReadOnlyList<string> Targets,
    IReadOnlyList<ForecastRow> Rows,
    IReadOnlyList<string> HistoryDates,
    IReadOnlyList<double[]> History,
    IReadOnlyList<double> Deviations)
{
    /// <summary>Quantiles that were forecast, ascending; empty for a model of the mean.</summary>
    public IReadOnlyList<double> Quantiles { get; init; } = [];
}

/// <summary>One step ahead.</summary>
/// <param name="Step">Rows ahead, from 1.</param>
/// <param name="Date">Its date, continued from the data; null where the dates have no regular step.</param>
/// <param name="Values">Forecast of each target column, in the data's own units: the mean, or the median.</param>
public sealed record ForecastRow(int Step, string? Date, IReadOnlyList<double> Values)
{
    /// <summary>Of each target column its quantiles, ascending; empty for a model of the mean.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Quantiles { get; init; } = [];
}

/// <summary>Forecasts the rows after the end of a CSV file.</summary>
public static class Forecaster
{
    /// <summary>Known rows that are given along for a chart, if there are so many.</summary>
    private const int ChartRows = 120;

    /// <summary>
    /// Forecasts so many rows ahead. The model's own horizon is predicted directly; beyond it the forecast rows
    /// are taken as known and the model goes on from them.
    /// </summary>
    /// <param name="model">A model trained with the forecast task.</param>
    /// <param name="data">Path of the CSV or <c>builtin:NAME</c>; null takes what the model was trained
    /// on.</param>
    /// <param name="horizon">Rows ahead; null takes the model's horizon.</param>
    /// <param name="future">CSV with the coming values of the columns whose future is known; null for none.</param>
    /// <exception cref="BadInputException">The data cannot be used, or the horizon goes beyond the model's and
    /// the model has inputs it does not forecast.</exception>
    public static ForecastResult Forecast(ModelFile model, string? data, int? horizon, string? future = null)
    {
        if (model.Card.Artifacts.Normalizer is not { } normalizer)
        {
            throw new BadInputException(
                $"{model.Source}: was trained for --task {ChoiceNames.NameOf(model.Card.Plan.Task)}; "
                + "give a model trained to forecast");
        }

        DataOptions options = model.DataOptionsFor(data);
        ForecastHistory history = ForecastHistory.Open(options, normalizer);
        var predictor = new Predictor(model.Model, model.Parameters, history.Shape.WindowLength);
        ForecastTable table = history.Forecast(horizon ?? options.Horizon, predictor.Predict, future);
        int shown = Math.Min(history.RowCount, Math.Max(ChartRows, 2 * table.Rows.Count));
        return new ForecastResult(
            table.DateColumn,
            table.Columns,
            [.. table.Rows.Select((values, k) => new ForecastRow(k + 1, table.Dates?[k], values) { Quantiles = QuantilesOf(table, k) })],
            history.Dates is null ? [] : [.. history.Dates.Skip(history.RowCount - shown)],
            [.. Enumerable.Range(0, table.Columns.Count).Select(j => history.Known(j)[^shown..].ToArray())],
            [.. normalizer.Targets.Select(scale => scale.Deviation)])
        {
            Quantiles = table.Quantiles,
        };
    }

    private static double[][] QuantilesOf(ForecastTable table, int k) =>
        table.Quantiles.Count == 0 ? [] : [.. table.QuantileRows[k].Chunk(table.Quantiles.Count)];
}
