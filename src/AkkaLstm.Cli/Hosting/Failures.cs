using AkkaLstm.Engines.Sockets;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Runs;
using AkkaLstm.Wire.Connections;

namespace AkkaLstm.Cli.Hosting;

/// <summary>Turns exceptions into one line on stderr and an exit code.</summary>
internal static class Failures
{
    /// <summary>Reports a failure.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Exception failure, TextWriter error, bool isVerbose, CancellationToken interrupted)
    {
        failure = Unwrap(failure);
        (int code, string line) = failure switch
        {
            OperationCanceledException when interrupted.IsCancellationRequested => (
                ExitCode.Interrupted, "interrupted"),
            BadInputException => (ExitCode.BadInput, failure.Message),
            ListenException => (ExitCode.BadInput, $"--listen: {failure.Message}; give an address of this machine with a free port"),
            StorageException or IOException or UnauthorizedAccessException => (
                ExitCode.Failed, failure.Message),
            OutOfMemoryException => (
                ExitCode.Failed, "out of memory; a smaller --batch, --window or --hidden needs less"),
            _ => (ExitCode.Failed, Defect(failure, isVerbose)),
        };
        WriteLine(error, line);
        if (isVerbose)
            error.WriteLine(failure);
        return code;
    }

    /// <summary>Writes a message the way all messages of this program look.</summary>
    public static void WriteLine(TextWriter error, string message) =>
        error.WriteLine($"akkalstm: {message.ReplaceLineEndings(" ").Trim()}");

    private static string Defect(Exception failure, bool isVerbose)
    {
        string hint = isVerbose ? "please report it with the stack below" : "run again with --verbose for the stack to report";
        return $"unexpected {failure.GetType().Name}: {failure.Message}; this is a defect of akkalstm: {hint}";
    }

    private static Exception Unwrap(Exception failure) =>
        failure is AggregateException { InnerExceptions.Count: 1 } aggregate ? Unwrap(aggregate.InnerExceptions[0]) : failure;
}
