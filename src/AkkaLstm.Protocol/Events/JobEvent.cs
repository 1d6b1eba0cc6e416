namespace AkkaLstm.Protocol.Events;

/// <summary>
/// Something that a role decided or noticed, for the run's record. Progress (<see cref="StepClosed"/>,
/// <see cref="EpochClosed"/>,
/// <see cref="CheckpointSaved"/>) and decisions travel the same way.
/// </summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
public abstract record JobEvent(Fence Fence);
