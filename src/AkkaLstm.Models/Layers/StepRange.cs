namespace AkkaLstm.Models.Layers;

/// <summary>Consecutive time steps of a window.</summary>
/// <param name="First">The first one.</param>
/// <param name="Count">How many.</param>
internal readonly record struct StepRange(int First, int Count);
