using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Runs;

public sealed class RunIdentityTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<RunNotice> _notices = [];

    public void Dispose() => _directory.Dispose();

    private RunIdentity CountStart() => RunIdentity.CountStart(_directory.FullPath, _notices.Add);

    [Fact]
    public void CountStart_AgainAndAgain_KeepsTheIdAndCounts()
    {
        RunIdentity first = CountStart();
        RunIdentity second = CountStart();
        RunIdentity third = CountStart();

        Assert.Equal((1, 2, 3), (first.Starts, second.Starts, third.Starts));
        Assert.Equal(first.RunId, second.RunId);
        Assert.Equal(first.RunId, third.RunId);
        Assert.Empty(_notices);
    }

    [Fact]
    public void CountStart_OtherDirectory_IsAnotherRun()
    {
        using var other = new TemporaryDirectory();

        Assert.NotEqual(CountStart().RunId, RunIdentity.CountStart(other.FullPath, _notices.Add).RunId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"runId\":null,\"starts\":1}")]
    [InlineData("{\"runId\":\"../../x\",\"starts\":1}")]
    [InlineData("{\"runId\":\"0123456789abcdef0123456789abcdef\"}")]
    [InlineData("{\"runId\":\"0123456789abcdef0123456789abcdef\",\"starts\":0}")]
    [InlineData("{\"runId\":\"0123456789abcdef0123456789abcdef\",\"starts\":9223372036854775807}")]
    [InlineData("{\"runId\":\"0123456789abcdef0123456789abcdef\",\"starts\":1e30}")]
    public void CountStart_DamagedFile_IsANewRunAndSaysSo(string content)
    {
        string old = CountStart().RunId;
        _directory.Write("run.json", content);

        RunIdentity next = CountStart();

        Assert.NotEqual(old, next.RunId);
        Assert.Equal(1, next.Starts);
        Assert.Equal("run-identity-lost", Assert.Single(_notices).Name);
        Assert.Equal(next with { Starts = 2 }, CountStart());
    }

    [Fact]
    public void CountStart_CrashBetweenWritingAndRenaming_CountsFromTheOldFile()
    {
        RunIdentity first = CountStart();
        _directory.Write("run.json.tmp", "{\"runId\":");

        Assert.Equal(first with { Starts = 2 }, CountStart());
        Assert.Empty(_notices);
    }
}
