using System.Diagnostics.CodeAnalysis;

namespace AkkaLstm.Engines.Simulation.Checkers;

/// <summary>How checkers end a seed.</summary>
internal static class Checks
{
    /// <summary>Ends the seed: something is wrong.</summary>
    [DoesNotReturn]
    public static void Wrong(string message) => throw new SimulationFailureException(Verdict.WrongResult, message);

    /// <summary>Ends the seed: something waits too long.</summary>
    [DoesNotReturn]
    public static void Late(string message) => throw new SimulationFailureException(Verdict.NoProgress, message);
}
