namespace AkkaLstm.Protocol.Jobs;

/// <summary>How the optimizer is to take a step; equal on all servers.</summary>
/// <param name="LearningRate">Learning rate of this step.</param>
/// <param name="GradientScale">Factor on the summed gradient: 1/count or 1/batch, times the clip
/// factor.</param>
/// <param name="Failure">When not null, the job must fail with this reason instead (a loss that is not
/// finite).</param>
public sealed record StepDecision(float LearningRate, float GradientScale, string? Failure = null);
