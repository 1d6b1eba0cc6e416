namespace AkkaLstm.Models.Optimizers;

/// <summary>What one update takes besides the gradient; the same for all slices.</summary>
/// <param name="Step">The training step, counted from 0; Adam's bias correction uses Step + 1.</param>
/// <param name="LearningRate">The schedule's present rate.</param>
/// <param name="GradientScale">
/// Multiplies the gradient sum: 1 / count or 1 / B, times the factor that clips the global norm.
/// </param>
public readonly record struct UpdateScalars(long Step, float LearningRate, float GradientScale);
