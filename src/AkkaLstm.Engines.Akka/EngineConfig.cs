using System.Text.RegularExpressions;
using Akka.Configuration;
using AkkaLstm.Protocol;

namespace AkkaLstm.Engines.Akka;

/// <summary>The configurations that are part of the program.</summary>
internal static partial class EngineConfig
{
    /// <summary>What the actors of roles need, wherever they are.</summary>
    public static Config Compute { get; } = Read("compute.conf");

    /// <summary>One actor system without a network.</summary>
    public static Config Local { get; } = Read("local.conf").WithFallback(Compute);

    /// <summary>What may come in from other nodes.</summary>
    public static Config Serialization { get; } = Read("serialization.conf");

    /// <summary>Defaults of a node of a cluster.</summary>
    private static Config ClusterDefaults { get; } = Read("cluster.conf");

    /// <summary>A node of a cluster.</summary>
    /// <param name="role">Its role.</param>
    /// <param name="text">HOCON of a configuration file, laid over the defaults, but not over what is fixed.</param>
    /// <param name="variables">What a line <c>key = ${?NAME}</c> takes its value from; without it the line is left
    /// out. A value in brackets is a list.</param>
    /// <exception cref="Exception">The text is no HOCON.</exception>
    public static Config Cluster(NodeRole role, string text, IReadOnlyDictionary<string, string> variables)
    {
        Config config = ConfigurationFactory
            .ParseString($"akka.cluster.roles = [{role.ToString().ToLowerInvariant()}]")
            .WithFallback(Serialization)
            .WithFallback(ConfigurationFactory.ParseString(Substitute(text, variables)))
            .WithFallback(ClusterDefaults)
            .WithFallback(Compute);
        return config.GetBoolean("akka.remote.dot-netty.tcp.enable-ssl") ? WithEncryptedSeeds(config) : config;
    }

    /// <summary>An address with encryption has another scheme; who turns encryption on need not write the seeds anew.</summary>
    private static Config WithEncryptedSeeds(Config config)
    {
        IEnumerable<string> seeds = config.GetStringList("akka.cluster.seed-nodes")
            .Select(seed => Quote(seed.Replace("akka.tcp://", "akka.ssl.tcp://", StringComparison.Ordinal)));
        return ConfigurationFactory.ParseString($"akka.cluster.seed-nodes = [{string.Join(", ", seeds)}]").WithFallback(config);
    }

    /// <summary>Done here because Akka.NET's own parser knows no optional substitution.</summary>
    private static string Substitute(string text, IReadOnlyDictionary<string, string> variables) => Optional().Replace(
        text,
        line => variables.TryGetValue(line.Groups["name"].Value, out string? value)
            ? $"{line.Groups["key"].Value}= {(value.StartsWith('[') ? value : Quote(value))}"
            : "");

    private static string Quote(string value) => $"\"{value.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    [GeneratedRegex(
        @"^(?<key>[^#=\n]*)=[ \t]*\$\{\?(?<name>\w+)\}[ \t]*\r?$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Optional();

    private static Config Read(string name)
    {
        using Stream stream = typeof(EngineConfig).Assembly.GetManifestResourceStream($"AkkaLstm.Engines.Akka.{name}")
            ?? throw new InvalidOperationException($"{name} is not part of the assembly");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
