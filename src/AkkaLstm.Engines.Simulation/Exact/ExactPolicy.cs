using System.Globalization;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Engines.Simulation.Exact;

/// <summary>
/// Decisions that depend on every number the coordinator hands over, so that a wrong loss or norm shows in
/// the parameters.
/// </summary>
public sealed class ExactPolicy : IJobPolicy
{
    /// <summary>Ends the job early after this epoch.</summary>
    public int? StopAfterEpoch { get; init; }

    /// <summary>Fails the job in this step.</summary>
    public long? FailInStep { get; init; }

    /// <inheritdoc/>
    public StepDecision DecideStep(JobProgress progress, LossTotal loss, double gradientNorm)
    {
        float rate = (float)((Math.Floor(loss.Sum) + loss.Count + loss.Correct + progress.PolicyState.Length) % 13);
        float scale = (float)(Math.Floor(gradientNorm * 1024) % 4093);
        return new StepDecision(rate, scale, progress.Step == FailInStep ? "planted failure" : null);
    }

    /// <inheritdoc/>
    public EpochDecision DecideEpoch(JobProgress progress, LossTotal training, LossTotal? validation)
    {
        string state = string.Create(
            CultureInfo.InvariantCulture,
            $"{training.Sum:R} {training.Count} {validation?.Sum:R} {progress.PolicyState.Length % 7}");
        return new EpochDecision(state, progress.Epoch % 2 == 0, progress.Epoch == StopAfterEpoch);
    }
}
