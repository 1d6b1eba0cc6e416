using AkkaLstm.Cli.Hosting;

namespace AkkaLstm.Cli.Tests.Hosting;

public class ProgramNameTests
{
    [Fact]
    public void Find_InstalledTool_IsItsName() =>
        Assert.Equal("akkalstm", ProgramName.Find("/home/me/.dotnet/tools/x", "/home/me"));

    [Fact]
    public void Find_WithinTheSourceTree_IsDotnetRunWithTheProjectsPath()
    {
        string program = Repository.File("src", "AkkaLstm.Cli", "bin", "Release", "net10.0");

        Assert.Equal(
            "dotnet run --project src/AkkaLstm.Cli -c Release --", ProgramName.Find(program, Repository.Root));
        Assert.Equal(
            $"dotnet run --project {Repository.File("src", "AkkaLstm.Cli")} -c Release --",
            ProgramName.Find(program, Repository.File("tests")));
    }

    [Fact]
    public void Line_PathWithSpace_IsQuoted() =>
        Assert.EndsWith(
            " resume '/tmp/my runs/it'\\''s'", ProgramName.Line("resume", "/tmp/my runs/it's"),
            StringComparison.Ordinal);
}
