using System.Globalization;
using AkkaLstm.Models.Optimizers.Schedules;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Policies;

/// <summary>
/// The numeric decisions of a plan: learning rate, scale and clipping of the summed gradient, best epoch and
/// early stopping. Pure in its arguments; what it must remember is in the job's progress.
/// </summary>
public sealed class JobPolicy : IJobPolicy
{
    private readonly TrainingPlan _plan;
    private readonly long _totalSteps;
    private readonly Plateau _plateau;

    // The state of the last call, so that a step need not read the same JSON again.
    private string _knownText = "";
    private PolicyState _known;

    /// <summary>Makes the policy of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch; the cosine schedule runs over the plan's epochs.</param>
    public JobPolicy(TrainingPlan plan, int stepsPerEpoch)
    {
        _plan = plan;
        _totalSteps = Math.Min(plan.Steps ?? long.MaxValue, (long)plan.Epochs * stepsPerEpoch);
        _plateau = new Plateau(plan.Options.LrDecay ?? 1, plan.Options.LrDecayAfter ?? 0);
        _known = new PolicyState(plan.LearningRate);
    }

    /// <summary>What the policy remembers at some point of the job.</summary>
    public PolicyState StateAt(JobProgress progress)
    {
        if (!ReferenceEquals(progress.PolicyState, _knownText))
        {
            _known = PolicyState.Parse(progress.PolicyState, _plan.LearningRate);
            _knownText = progress.PolicyState;
        }

        return _known;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The gradient g is a sum over the counted elements. Its scale s is 1/count (mean) or 1/B (summed over
    /// time); where s |g| is over the clip norm c, s becomes c / |g| (Pascanu et al. 2013, "On the difficulty
    /// of training recurrent neural networks").
    /// </remarks>
    public StepDecision DecideStep(JobProgress progress, LossTotal loss, double gradientNorm)
    {
        float learningRate = (float)LearningRateAt(progress);
        if (!double.IsFinite(loss.Sum) || !double.IsFinite(gradientNorm))
        {
            return new StepDecision(learningRate, 0, string.Create(
                CultureInfo.InvariantCulture,
                $"step {progress.Step}: the {(double.IsFinite(loss.Sum) ? "gradient" : "loss")} is not finite; "
                + $"use a smaller --lr than {_plan.LearningRate}{ClipRemedy()}"));
        }

        double scale = ScaleOf(loss);
        double norm = scale * gradientNorm;
        if (_plan.Clip > 0 && norm > _plan.Clip) scale *= _plan.Clip / norm;
        return new StepDecision(learningRate, (float)scale);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Without a validation split the newest epoch counts as the best, and the schedule looks at the training
    /// loss.
    /// </remarks>
    public EpochDecision DecideEpoch(JobProgress progress, LossTotal training, LossTotal? validation)
    {
        PolicyState state = StateAt(progress);
        double loss = (validation ?? training).Mean;
        bool isReached = _plan.StopAtAccuracy is { } share
            && validation is { Count: > 0 } judged
            && judged.Correct >= share * judged.Count;

        // What the job stops for is what it keeps, whatever an earlier epoch's loss was.
        bool isBetter = isReached || loss < (state.BestLoss ?? double.PositiveInfinity);
        PlateauState plateau = _plateau.Next(
            new PlateauState(state.LearningRate, state.BestLoss ?? double.PositiveInfinity, state.BadEpochs), loss);
        bool isPlateau = _plan.Schedule == ScheduleKind.Plateau;
        var next = new PolicyState(
            isPlateau ? plateau.LearningRate : state.LearningRate,
            isBetter ? loss : state.BestLoss,
            isBetter ? progress.Epoch : state.BestEpoch,
            isBetter ? 0 : state.EpochsSinceBest + 1,
            isPlateau ? plateau.BadEpochs : 0,
            Finite(training.Mean),
            validation is null ? null : Finite(validation.Value.Mean),
            isReached ? true : null);
        bool mustStop = isReached || (_plan.Patience > 0 && next.EpochsSinceBest >= _plan.Patience);
        return new EpochDecision(next.ToText(), isBetter || validation is null, mustStop);
    }

    /// <summary>
    /// The factor that makes the summed gradient the gradient of the plan's loss, before clipping.
    /// </summary>
    internal double ScaleOf(LossTotal loss) =>
        _plan.LossScale == LossScale.Mean ? 1.0 / Math.Max(1, loss.Count) : 1.0 / _plan.Batch;

    internal double LearningRateAt(JobProgress progress)
    {
        double lr = _plan.LearningRate;
        int warmup = _plan.Options.WarmupSteps!.Value;
        if (_plan.Schedule == ScheduleKind.Cosine)
            return LearningRates.CosineWithWarmUp(lr, 0, warmup, _totalSteps, progress.Step);
        double scheduled = _plan.Schedule switch
        {
            ScheduleKind.Step => LearningRates.StepDecay(
                lr, _plan.Options.LrDecay!.Value, _plan.Options.LrDecayAfter!.Value, progress.Epoch),
            ScheduleKind.Plateau => StateAt(progress).LearningRate,
            _ => lr,
        };
        return progress.Step < warmup ? scheduled * (progress.Step + 1) / warmup : scheduled;
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private string ClipRemedy() => _plan.Clip > 0
        ? string.Create(CultureInfo.InvariantCulture, $" or a smaller --clip than {_plan.Clip}")
        : " or --clip 1";
}
