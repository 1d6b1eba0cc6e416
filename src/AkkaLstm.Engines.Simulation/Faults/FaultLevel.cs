namespace AkkaLstm.Engines.Simulation;

/// <summary>How much goes wrong.</summary>
public enum FaultLevel
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A few kinds of faults, now and then.</summary>
    Light,

    /// <summary>Many kinds at once, often.</summary>
    Heavy,
}
