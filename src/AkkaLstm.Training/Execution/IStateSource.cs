using AkkaLstm.Numerics;
using AkkaLstm.Training.Checkpoints;

namespace AkkaLstm.Training.Execution;

/// <summary>Where a generation's state comes from: this machine's disk, or the coordinator's.</summary>
internal interface IStateSource
{
    /// <summary>The state that a job without a checkpoint starts from, made anew.</summary>
    /// <exception cref="BadInputException">A file that it starts from cannot be used.</exception>
    TrainingState Initial();

    /// <summary>The state of a checkpoint, verified.</summary>
    /// <param name="name">As <see cref="CheckpointStore.Write"/> gave it.</param>
    /// <exception cref="BadInputException">It is missing, damaged, or of another model.</exception>
    TrainingState Checkpoint(string name);
}
