namespace AkkaLstm.Training.Planning;

/// <summary>What a step would take, and where its time would go; the parts add up to the whole.</summary>
/// <param name="Workers">W.</param>
/// <param name="Servers">K.</param>
/// <param name="Shards">S.</param>
/// <param name="ActiveWorkers">Workers that get shards: at most S.</param>
/// <param name="ComputeSeconds">Packing and the slowest worker's mathematics.</param>
/// <param name="TransferSeconds">Parameters, gradients and carries on the links, as far as nothing is computed
/// meanwhile.</param>
/// <param name="ServerSeconds">Reduction and optimizer.</param>
/// <param name="MessageSeconds">Latencies, and the handling of messages.</param>
public sealed record StepPrediction(
    int Workers,
    int Servers,
    int Shards,
    int ActiveWorkers,
    double ComputeSeconds,
    double TransferSeconds,
    double ServerSeconds,
    double MessageSeconds)
{
    /// <summary>The whole step.</summary>
    public double StepSeconds => ComputeSeconds + TransferSeconds + ServerSeconds + MessageSeconds;
}
