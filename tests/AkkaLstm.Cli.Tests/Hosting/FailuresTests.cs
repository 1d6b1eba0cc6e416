using AkkaLstm.Cli.Hosting;
using AkkaLstm.Numerics;
using static AkkaLstm.Cli.Tests.CliRun;

namespace AkkaLstm.Cli.Tests.Hosting;

public class FailuresTests
{
    [Fact]
    public void Report_BadInput_IsItsMessageAndExitCode2() =>
        AssertReport(
            new BadInputException("a.csv:3: wrong; do right"), ExitCodes.BadInput,
            "akkalstm: a.csv:3: wrong; do right");

    [Fact]
    public void Report_MessageOfSeveralLines_IsOneLine() =>
        AssertReport(new BadInputException("one\ntwo\r\nthree"), ExitCodes.BadInput, "akkalstm: one two three");

    [Fact]
    public void Report_DiskFailure_IsExitCode1() =>
        AssertReport(new IOException("disk full"), ExitCodes.Failed, "akkalstm: disk full");

    [Fact]
    public void Report_Wrapped_IsTheInnermost() =>
        AssertReport(
            new AggregateException(new BadInputException("inner")), ExitCodes.BadInput, "akkalstm: inner");

    [Fact]
    public void Report_Unexpected_IsOneLineWithAHint()
    {
        (int code, string error) = Report(new InvalidOperationException("oops"), isVerbose: false);

        Assert.Equal(ExitCodes.Failed, code);
        string line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("oops", line, StringComparison.Ordinal);
        Assert.Contains("--verbose", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_UnexpectedVerbose_AddsTheStack()
    {
        Exception failure = Assert.Throws<InvalidOperationException>(ThrowFromHere);

        (_, string error) = Report(failure, isVerbose: true);

        Assert.Contains(nameof(ThrowFromHere), error, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_CancelledByTheUser_IsExitCode130()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var error = new StringWriter();

        int code = Failures.Report(new OperationCanceledException(), error, isVerbose: false, stop.Token);

        Assert.Equal(ExitCodes.Interrupted, code);
    }

    [Fact]
    public void Report_CancelledByNobody_IsADefect() =>
        Assert.Equal(ExitCodes.Failed, Report(new OperationCanceledException(), false).Code);

    private static void ThrowFromHere() => throw new InvalidOperationException("oops");

    private static void AssertReport(Exception failure, int code, string line)
    {
        (int actual, string error) = Report(failure, isVerbose: false);
        Assert.Equal(code, actual);
        Assert.Equal(line + Environment.NewLine, error);
    }

    private static (int Code, string Error) Report(Exception failure, bool isVerbose)
    {
        var error = new StringWriter();
        int code = Failures.Report(failure, error, isVerbose, CancellationToken.None);
        return (code, error.ToString());
    }
}
