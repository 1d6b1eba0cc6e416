using System.Runtime.CompilerServices;

namespace AkkaLstm.Engines.Simulation.Tests.Scenarios;

/// <summary>
/// Each scenario leads to the decisions written in its file. After a change that is meant, run the tests once with
/// AKKALSTM_UPDATE_SCENARIOS=1 and read the difference.
/// </summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Folder(), "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_Scenario_LeadsToItsTrace(string name)
    {
        string path = Path.Combine(Folder(), name + ".txt");
        ScenarioScript script = ScenarioScript.Read(path);

        string trace = ScenarioRun.Run(script);

        if (Environment.GetEnvironmentVariable("AKKALSTM_UPDATE_SCENARIOS") == "1")
            script.Rewrite(path, trace);
        else
            Assert.Equal(script.Expected, trace);
        Assert.DoesNotContain("OTHER BITS", trace, StringComparison.Ordinal);
        Assert.DoesNotContain("never: ", trace, StringComparison.Ordinal);
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
