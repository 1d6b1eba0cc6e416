using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using AkkaLstm.Cli.Cluster.Logs;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Engines.Sockets;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol;
using AkkaLstm.Training.Plans;
using AkkaLstm.Wire.Connections;
using Microsoft.Extensions.Logging;

namespace AkkaLstm.Cli.Cluster;

/// <summary>Options that say where a node is and who may talk to it.</summary>
internal sealed class ClusterOptionSet
{
    private const string AuthorityFile = "ca.crt";

    private readonly CliOption<string?> _listen = Values.Text(
        "--listen", OptionGroup.Command,
        "where others call this node; port 0 takes a free one (default: 127.0.0.1:0, a coordinator 127.0.0.1:7140)",
        "HOST:PORT");

    private readonly CliOption<string?> _join = Values.Text(
        "--join", OptionGroup.Command, "where the coordinator listens (servers and workers)", "HOST:PORT");

    private readonly CliOption<string?> _advertise = Values.Text(
        "--advertise", OptionGroup.Command,
        "what others are told to call, where addresses are translated (servers; default: this machine as the "
            + "coordinator sees it)",
        "HOST:PORT");

    private readonly CliOption<string?> _tls = Values.Text(
        "--tls", OptionGroup.Command,
        $"encrypt, and talk only to nodes with a certificate of the same authority: a folder with {AuthorityFile}, "
            + "ROLE.crt and ROLE.key (akkalstm certs makes one)",
        "DIR");

    private readonly CliOption<bool> _insecure = Values.Flag(
        "--insecure", OptionGroup.Command,
        "listen on other addresses than loopback without encryption: whoever reaches the port is trusted (--listen "
            + "without --tls) or sees the figures (--status)");

    private readonly CliOption<string?> _cache = Values.Text(
        "--cache", OptionGroup.Command, "where data from the coordinator is kept (default: the user's local data folder)", "DIR");

    private readonly CliOption<string?> _status = Values.Text(
        "--status", OptionGroup.Command,
        "show /healthz, /readyz and /metrics over HTTP there (default: not at all)", "HOST:PORT");

    private readonly CliOption<string?> _logFormat = Values.Text(
        "--log-format", OptionGroup.Command,
        "how the log on stderr looks: text, or json with one object a line and no progress between them (default: text)",
        "FORMAT");

    private readonly CliOption<string?> _logLevel = Values.Text(
        "--log-level", OptionGroup.Command,
        "the least serious that is logged: debug, information, warning, error (default: information)", "LEVEL");

    /// <summary>Adds all of them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_listen, _join, _advertise, _tls, _insecure, _cache, _status, _logFormat, _logLevel])
            command.Options.Add(option);
    }

    /// <summary>Where a node listens.</summary>
    /// <exception cref="BadInputException">No address of this machine, or one that needs encryption.</exception>
    public IPEndPoint Listen(ParseResult parsed, IPEndPoint normal)
    {
        if (parsed.GetValue(_listen) is not { } text)
            return normal;
        IPEndPoint endpoint = Read("--listen", text, HostAndPort.Resolve);
        bool isOpen = !IPAddress.IsLoopback(endpoint.Address) && parsed.GetValue(_tls) is null;
        return isOpen && !parsed.GetValue(_insecure)
            ? throw new BadInputException(
                $"--listen {text}: other machines reach it, and nothing is encrypted; give --tls DIR (akkalstm certs makes "
                + "one), or --insecure in a network where everybody is trusted")
            : endpoint;
    }

    /// <summary>Where a node shows how it is; null for nowhere.</summary>
    /// <exception cref="BadInputException">No address, or one that other machines reach.</exception>
    public IPEndPoint? Status(ParseResult parsed)
    {
        if (parsed.GetValue(_status) is not { } text)
            return null;
        IPEndPoint endpoint = Read("--status", text, HostAndPort.Resolve);
        if (endpoint.Port == 0)
            throw new BadInputException($"--status {text}: whoever asks must know the port; give one, as in 127.0.0.1:9140");
        return IPAddress.IsLoopback(endpoint.Address) || parsed.GetValue(_insecure)
            ? endpoint
            : throw new BadInputException(
                $"--status {text}: other machines reach it, and it is never encrypted; use 127.0.0.1:{endpoint.Port}, or give "
                + "--insecure where whoever reaches the port may see the figures");
    }

    /// <summary>The node's log; with --quiet errors only.</summary>
    /// <exception cref="BadInputException">There is no such format or level.</exception>
    public NodeLogger Log(CommandContext context)
    {
        LogFormat format = ChoiceNames.Parse<LogFormat>(context.Parsed.GetValue(_logFormat) ?? "text", "--log-format");
        LogLevel least = ChoiceNames.Parse<LogLevel>(context.Parsed.GetValue(_logLevel) ?? "information", "--log-level");
        return new NodeLogger(
            context.Console.Error, format, context.IsQuiet && least < LogLevel.Error ? LogLevel.Error : least, TimeProvider.System);
    }

    /// <summary>Refuses <c>--join</c> where it would say nothing.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="config">The file that says where the cluster is; null for a coordinator without one.</param>
    /// <exception cref="BadInputException">It is given.</exception>
    public void RefuseJoin(ParseResult parsed, string? config)
    {
        if (parsed.GetValue(_join) is null)
            return;
        throw new BadInputException(config is null
            ? "--join: is for servers and workers; a coordinator says with --listen where they find it"
            : $"--join: {config} says where the cluster is; leave it out");
    }

    /// <summary>Where the coordinator is.</summary>
    /// <exception cref="BadInputException">It is not given, or no address.</exception>
    public EndPoint Join(ParseResult parsed) => parsed.GetValue(_join) is { } text
        ? Read("--join", text, HostAndPort.Parse)
        : throw new BadInputException("--join: servers and workers need the coordinator's HOST:PORT");

    /// <summary>What others are told to call; null for what they see.</summary>
    /// <exception cref="BadInputException">It is no address.</exception>
    public string? Advertise(ParseResult parsed)
    {
        string? text = parsed.GetValue(_advertise);
        if (text is not null)
            Read("--advertise", text, HostAndPort.Parse);
        return text;
    }

    /// <summary>Where files are kept.</summary>
    public string Cache(ParseResult parsed)
    {
        if (parsed.GetValue(_cache) is { } cache)
            return Path.GetFullPath(cache);
        string home = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return home.Length > 0
            ? Path.Combine(home, "akkalstm", "cache")
            : Path.Combine(Path.GetTempPath(), "akkalstm-cache");
    }

    /// <summary>Connections of a node of a role.</summary>
    /// <exception cref="BadInputException">The certificates cannot be used.</exception>
    public LinkOptions Links(ParseResult parsed, NodeRole role)
    {
        if (parsed.GetValue(_tls) is not { } directory)
            return new LinkOptions();
        string name = role.ToString().ToLowerInvariant();
        try
        {
            return new LinkOptions
            {
                Connections = new ConnectionOptions
                {
                    Certificate = ClusterCertificate.Load(
                        Path.Combine(directory, AuthorityFile),
                        Path.Combine(directory, $"{name}.crt"),
                        Path.Combine(directory, $"{name}.key")),
                },
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new BadInputException(
                $"--tls {directory}: {e.Message.TrimEnd('.')}; it must hold {AuthorityFile}, {name}.crt and {name}.key "
                + "(akkalstm certs makes them)",
                e);
        }
    }

    private static T Read<T>(string option, string text, Func<string, T> read)
    {
        try
        {
            return read(text);
        }
        catch (FormatException e)
        {
            throw new BadInputException($"{option}: {e.Message}", e);
        }
    }
}
