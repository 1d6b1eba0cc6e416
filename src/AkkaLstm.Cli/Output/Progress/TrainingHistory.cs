using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Output.Progress;

/// <summary>Keeps the losses of a run for the curve, and hands everything on to a display.</summary>
internal sealed class TrainingHistory(ITrainingObserver? display) : ITrainingObserver
{
    // The first epoch is also kept step by step, so that a run of one epoch has a curve too.
    private readonly List<CurvePoint> _epochs = [];
    private readonly List<CurvePoint> _steps = [];
    private readonly List<CurvePoint> _validation = [];
    private double _chunkSum;
    private int _chunkCount;

    /// <summary>What was about to be trained.</summary>
    public TrainingStarted? Started { get; private set; }

    /// <summary>
    /// Training loss: by epoch, or within the first epochs by step where fewer than two epochs were finished.
    /// </summary>
    public IReadOnlyList<CurvePoint> Training => _epochs.Count >= 2 ? _epochs : _steps;

    /// <summary>Validation loss by epoch.</summary>
    public IReadOnlyList<CurvePoint> Validation => _validation;

    /// <inheritdoc/>
    public void OnStarted(TrainingStarted started)
    {
        Started = started;
        display?.OnStarted(started);
    }

    /// <inheritdoc/>
    public void OnStep(StepReport step)
    {
        const int mostPointsPerEpoch = 100;
        if (_epochs.Count < 2)
        {
            _chunkSum += step.Loss;
            _chunkCount++;
            int chunk = Math.Max(1, Started!.StepsPerEpoch / mostPointsPerEpoch);
            if (_chunkCount >= chunk)
            {
                _steps.Add(new CurvePoint((double)step.Step / Started.StepsPerEpoch, _chunkSum / _chunkCount));
                _chunkSum = 0;
                _chunkCount = 0;
            }
        }

        display?.OnStep(step);
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochReport epoch)
    {
        _epochs.Add(new CurvePoint(epoch.Epoch + 1, epoch.TrainingLoss));
        if (epoch.ValidationLoss is { } valid)
            _validation.Add(new CurvePoint(epoch.Epoch + 1, valid));
        display?.OnEpoch(epoch);
    }

    /// <inheritdoc/>
    public void OnForecast(ScalingForecast forecast) => display?.OnForecast(forecast);

    /// <inheritdoc/>
    public void OnNotice(RunNotice notice) => display?.OnNotice(notice);
}
