namespace AkkaLstm.Cli.Tests.Bench;

public class BenchCommandTests
{
    [Fact]
    public async Task Bench_Json_HasTheSectionsAskedForAndThePath()
    {
        CliRun run = (await CliRun.OfAsync("bench", "--sections", "fma", "--repetitions", "2", "--json"))
            .AssertDone();

        Assert.True(run.Json.GetProperty("fmaGflops").GetProperty("median").GetDouble() > 0);
        Assert.Contains(run.Json.GetProperty("simdPath").GetString(), new[] { "avx512", "avx2", "portable" });
        Assert.False(run.Json.TryGetProperty("gemm", out _));
    }

    [Fact]
    public async Task Bench_PythonWithoutTorch_EndsWithARemedy()
    {
        using var directory = new TemporaryDirectory();
        string python = FakePython(directory, """echo '{"error": "no torch"}'""");

        CliRun run = await CliRun.OfAsync("bench", "--peer", "torch", "--python", python);

        run.AssertBadInput("--python", "has no torch", "apt-get install python3-torch");
    }

    [Fact]
    public async Task Bench_NoSuchPython_EndsWithARemedy() =>
        (await CliRun.OfAsync("bench", "--peer", "torch", "--python", "/no/python")).AssertBadInput(
            "/no/python", "cannot be started");

    [Fact]
    public async Task Bench_PeerThatDies_IsAFailureAndNotAHang()
    {
        using var directory = new TemporaryDirectory();
        string python = FakePython(directory, """echo '{"torch": "9.9", "python": "3", "productGflops": 1e6}'; read line; exit 1""");

        CliRun run = await CliRun.OfAsync(
            "bench", "--peer", "torch", "--python", python, "--repetitions", "1", "--quiet");

        run.AssertOneLine(CliRun.ExitCodes.Failed, "PyTorch process");
    }

    private static string FakePython(TemporaryDirectory directory, string script)
    {
        string path = directory.Write("python", $"#!/bin/sh\n{script}\n");
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("the stand-in for Python is a shell script");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}
