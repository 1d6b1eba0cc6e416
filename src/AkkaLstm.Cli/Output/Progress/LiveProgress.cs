using AkkaLstm.Cli.Hosting;
using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AkkaLstm.Cli.Output.Progress;

/// <summary>
/// Progress on a terminal: one bar that is redrawn, above it a line for each epoch that took long enough to be
/// read.
/// </summary>
internal sealed class LiveProgress : ITrainingObserver
{
    private static readonly TimeSpan ShortestBetweenLines = TimeSpan.FromSeconds(2);

    private readonly ProgressState _state = new();
    private readonly IAnsiConsole _console;
    private TrainingStarted? _started;
    private ProgressTask? _task;
    private TimeSpan? _lastLine;

    private LiveProgress(IAnsiConsole console) => _console = console;

    /// <summary>Runs training with the display.</summary>
    public static async Task<T> RunAsync<T>(
        CliConsole console, Interrupts interrupts, Func<ITrainingObserver, Task<T>> train)
    {
        IAnsiConsole ansi = SpectreConsoles.ForError(console);
        var display = new LiveProgress(ansi);
        interrupts.Announce = display.WriteLine;
        return await ansi.Progress()
            .AutoClear(true)
            .HideCompleted(false)
            .Columns(
                new PictureColumn(display, p => $"epoch {p.Epoch}/{p.EpochCount}"),
                new ProgressBarColumn { Width = 24 },
                new PercentageColumn(),
                new PictureColumn(display, display.Numbers))
            .StartAsync(async context =>
            {
                display._task = context.AddTask("training", autoStart: true, maxValue: 1);
                return await train(display);
            });
    }

    /// <inheritdoc/>
    public void OnStarted(TrainingStarted started)
    {
        _started = started;
        _state.OnStarted(started);
        foreach (string line in ProgressLines.Started(started))
            WriteLine(line);
    }

    /// <inheritdoc/>
    public void OnStep(StepReport step)
    {
        _state.OnStep(step);
        if (_state.Picture is { } picture)
            _task!.Value = (double)picture.Step / picture.StepCount;
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochReport epoch)
    {
        _state.OnEpoch(epoch);
        if (epoch.Elapsed - _lastLine < ShortestBetweenLines && epoch.Epoch + 1 < _started!.EpochCount)
            return;
        _lastLine = epoch.Elapsed;
        WriteLine(ProgressLines.Epoch(epoch, _started!, _state.Picture));
    }

    /// <inheritdoc/>
    public void OnForecast(ScalingForecast forecast) => WriteLine(ProgressLines.Forecast(forecast));

    /// <inheritdoc/>
    public void OnNotice(RunNotice notice)
    {
        if (notice.Level == NoticeLevel.Warning)
            WriteLine($"warning: {notice.Text}");
    }

    private void WriteLine(string line) => _console.WriteLine(line);

    private string Numbers(ProgressPicture picture)
    {
        if (!double.IsFinite(picture.Loss))
            return "";
        string text = $"loss {Units.Short(picture.Loss)}";
        if (picture.ValidationLoss is { } valid)
            text += $"  valid {Units.Short(valid)}";
        text += $"  {Units.Count(picture.TargetsPerSecond)} {Units.TargetsOf(_started!.Plan.Task)}/s";
        if (picture.Remaining is { } left)
            text += $"  {Units.Clock(left)} left";
        if (picture.SlowWorker is { } slow)
            text += $"  worker {WorkerTable.Describe(slow)}";
        return text;
    }

    private sealed class PictureColumn(LiveProgress display, Func<ProgressPicture, string> text) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(display._state.Picture is { } picture ? text(picture) : "starting").Overflow(
                Overflow.Ellipsis);
    }
}
