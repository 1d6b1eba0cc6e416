using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Forecasting;

/// <summary>
/// Watches over the date column of a file while it is read. A model takes the rows' order for that of time: of a file
/// that is newest first it would learn, and be praised for, the past.
/// </summary>
/// <param name="path">File, for messages.</param>
/// <param name="column">Name of the date column, for messages.</param>
internal sealed class DateOrder(string path, string column)
{
    /// <summary>What a local clock is put back by in autumn.</summary>
    private static readonly TimeSpan ClockChange = TimeSpan.FromHours(1);

    private string? _format;
    private (DateTime Time, string Cell)? _latest;

    /// <summary>Takes the next row's cell; one that is no date is left out, and equal dates are let pass.</summary>
    /// <exception cref="BadInputException">It lies before the one above it.</exception>
    internal void Add(long line, string cell)
    {
        if (DateSequence.TimeOf(cell, ref _format) is not { } time)
            return;
        if (_latest is { } latest && time < latest.Time)
        {
            string clocks = latest.Time - time < ClockChange ? ", times in UTC if clocks were put back here" : "";
            throw new BadInputException(
                $"{path}:{line}: column '{column}' goes back in time, from '{latest.Cell}' to '{cell}'; "
                + $"sort the rows oldest first{clocks}, and give each series a file of its own.");
        }

        _latest = (time, cell);
    }
}
