namespace AkkaLstm.Engines.Simulation;

/// <summary>What is run for each seed.</summary>
public sealed record CampaignOptions
{
    /// <summary>How much goes wrong. Default heavy.</summary>
    public FaultLevel Level { get; init; } = FaultLevel.Heavy;

    /// <summary>Workers and servers together at the beginning; null to draw it, 2 to 9.</summary>
    public int? NodeCount { get; init; }

    /// <summary>Faults that do not happen, whatever a seed draws. Default none.</summary>
    public IReadOnlyCollection<FaultKind> Without { get; init; } = [];

    /// <summary>What is trained.</summary>
    public required OpenMathematics Open { get; init; }
}
