using System.Diagnostics;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Output.Progress;

/// <summary>
/// Progress where nothing can be redrawn: a line for each epoch, and one now and then within a long epoch.
/// </summary>
internal sealed class LineProgress(CliConsole console) : ITrainingObserver
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    private readonly ProgressState _state = new();
    private TrainingStarted? _started;
    private long _lastLine = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public void OnStarted(TrainingStarted started)
    {
        _started = started;
        _state.OnStarted(started);
        foreach (string line in ProgressLines.Started(started))
            Write(line);
    }

    /// <inheritdoc/>
    public void OnStep(StepReport step)
    {
        _state.OnStep(step);
        if (Stopwatch.GetElapsedTime(_lastLine) >= LongestSilence && _state.Picture is { } picture)
            Write(ProgressLines.Step(picture, _started!));
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochReport epoch)
    {
        _state.OnEpoch(epoch);
        Write(ProgressLines.Epoch(epoch, _started!, _state.Picture));
    }

    /// <inheritdoc/>
    public void OnForecast(ScalingForecast forecast) => Write(ProgressLines.Forecast(forecast));

    /// <inheritdoc/>
    public void OnNotice(RunNotice notice)
    {
        if (notice.Level == NoticeLevel.Warning)
            Write($"warning: {notice.Text}");
    }

    private void Write(string line)
    {
        console.Error.WriteLine(line);
        _lastLine = Stopwatch.GetTimestamp();
    }
}
