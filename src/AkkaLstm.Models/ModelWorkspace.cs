namespace AkkaLstm.Models;

/// <summary>
/// Every activation and scratch buffer of a model, allocated once at the largest window; one per worker thread. Contents are valid until
/// the next call with it.
/// </summary>
public sealed class ModelWorkspace
{
    /// <summary>Makes the buffers for windows of up to T time steps and B lanes.</summary>
    public ModelWorkspace(ModelSpec spec, int maxTimeSteps, int maxLanes)
    {
        Spec = spec.Validate();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTimeSteps);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxLanes);
        MaxTimeSteps = maxTimeSteps;
        MaxLanes = maxLanes;
    }

    /// <summary>The model they are for.</summary>
    public ModelSpec Spec { get; }

    /// <summary>Largest T.</summary>
    public int MaxTimeSteps { get; }

    /// <summary>Largest B.</summary>
    public int MaxLanes { get; }
}
