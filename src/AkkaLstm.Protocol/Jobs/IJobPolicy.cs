namespace AkkaLstm.Protocol.Jobs;

/// <summary>
/// The coordinator's numeric decisions. Pure functions: the same arguments give the same bits, on any
/// machine.
/// </summary>
public interface IJobPolicy
{
    /// <summary>Decides on the update of a step.</summary>
    /// <param name="progress">Before the step.</param>
    /// <param name="loss">Of the step, added in shard order.</param>
    /// <param name="gradientNorm">Euclidean norm of the summed (not yet scaled) gradient.</param>
    StepDecision DecideStep(JobProgress progress, LossTotal loss, double gradientNorm);

    /// <summary>Decides at the end of an epoch.</summary>
    /// <param name="progress">At the end of the epoch; <see cref="JobProgress.Epoch"/> is the one that
    /// ends.</param>
    /// <param name="training">Sum over the epoch's steps.</param>
    /// <param name="validation">Null when the job has no validation split.</param>
    EpochDecision DecideEpoch(JobProgress progress, LossTotal training, LossTotal? validation);
}
