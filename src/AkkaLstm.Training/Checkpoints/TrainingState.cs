namespace AkkaLstm.Training.Checkpoints;

/// <summary>
/// The tensors of a checkpoint: with the progress in its manifest they are all that training goes on from.
/// </summary>
/// <param name="Parameters">(N) in layout order.</param>
/// <param name="Moments">The optimizer's moments, (N) each, in the order of its moment names.</param>
/// <param name="Carry">Carried state of all lanes, (B, L, [h, c]); zeros where nothing is carried.</param>
public sealed record TrainingState(float[] Parameters, float[][] Moments, float[] Carry);
