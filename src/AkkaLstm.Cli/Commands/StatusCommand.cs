using System.CommandLine;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Engines.Sockets;
using AkkaLstm.Numerics;
using AkkaLstm.Wire.Connections;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>status HOST:PORT</c>: asks a node's status port, for health checks of containers and for people.</summary>
internal static class StatusCommand
{
    private const int LongestAnswerBytes = 4096;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand("status", "Ask a node that was started with --status whether it takes part in its job.")
        {
            Details = "Prints what the node says. Exit code 0: it takes part (with --live: it works). 1: it does not, or does "
                + "not answer within 3 s.",
            Examples =
            [
                new("status 127.0.0.1:9140", "does it take part"),
                new("status 127.0.0.1:9140 --live", "does it work, if only to wait for others"),
            ],
        };
        var address = new Argument<string>("HOST:PORT") { Description = "the node's --status" };
        CliOption<bool> live = Values.Flag(
            "--live", OptionGroup.Command, "ask only whether the process works (/healthz instead of /readyz)");
        command.Arguments.Add(address);
        command.Options.Add(live);
        return new CliEntry(command, async context =>
        {
            string text = context.Parsed.GetValue(address)!;
            Uri page = PageOf(text, context.Parsed.GetValue(live) ? "/healthz" : "/readyz");
            try
            {
                (bool isGood, string says) = await AskAsync(page, context.Interrupts.Token);
                if (context.IsJson)
                    context.WriteJson(new { Node = text, Ready = isGood, Answer = says });
                else
                    context.Console.Out.WriteLine(says);
                return isGood ? ExitCode.Done : ExitCode.Failed;
            }
            catch (Exception e) when (e is HttpRequestException
                || (e is TaskCanceledException && !context.Interrupts.Token.IsCancellationRequested))
            {
                string why = e is HttpRequestException ? e.Message : "no answer within 3 s";
                Failures.WriteLine(context.Console.Error, $"{text} does not answer ({why})");
                return ExitCode.Failed;
            }
        });
    }

    private static async Task<(bool IsGood, string Says)> AskAsync(Uri page, CancellationToken stop)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler)
        {
            Timeout = Timeout, MaxResponseContentBufferSize = LongestAnswerBytes,
        };
        using HttpResponseMessage answer = await client.GetAsync(page, stop);
        string says = (await answer.Content.ReadAsStringAsync(stop)).ReplaceLineEndings(" ").Trim();
        return (answer.IsSuccessStatusCode, says);
    }

    private static Uri PageOf(string text, string path)
    {
        try
        {
            _ = HostAndPort.Parse(text);
            return new Uri($"http://{text}{path}");
        }
        catch (FormatException e) // a UriFormatException is one too
        {
            throw new BadInputException($"HOST:PORT: {e.Message}", e);
        }
    }
}
