namespace AkkaLstm.Engines.Simulation;

/// <summary>What a seed came to, by severity.</summary>
public enum Verdict
{
    /// <summary>All checks hold.</summary>
    Passed,

    /// <summary>A role threw an exception.</summary>
    Crash,

    /// <summary>The job did not end in time, waited past a deadline or gave up without a cause.</summary>
    NoProgress,

    /// <summary>A result, or something on the way to it, is wrong.</summary>
    WrongResult,
}

/// <summary>Ends a seed that has failed.</summary>
internal sealed class SimulationFailureException(Verdict verdict, string message, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>How it failed.</summary>
    public Verdict Verdict { get; } = verdict;
}
