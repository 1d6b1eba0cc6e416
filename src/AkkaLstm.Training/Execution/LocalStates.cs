using AkkaLstm.Training.Checkpoints;

namespace AkkaLstm.Training.Execution;

/// <summary>States of the run directory.</summary>
internal sealed class LocalStates(CheckpointStore checkpoints, InitialState initial) : IStateSource
{
    /// <inheritdoc/>
    public TrainingState Initial() => initial.Create();

    /// <inheritdoc/>
    public TrainingState Checkpoint(string name) => checkpoints.Load(name);
}
