using Akka.Configuration;

namespace AkkaLstm.Engines.Akka;

/// <summary>The configurations that are part of the program.</summary>
internal static class EngineConfig
{
    /// <summary>What the actors of roles need, wherever they are.</summary>
    public static Config Compute { get; } = Read("compute.conf");

    /// <summary>One actor system without a network.</summary>
    public static Config Local { get; } = Read("local.conf").WithFallback(Compute);

    private static Config Read(string name)
    {
        using Stream stream = typeof(EngineConfig).Assembly.GetManifestResourceStream($"AkkaLstm.Engines.Akka.{name}")
            ?? throw new InvalidOperationException($"{name} is not part of the assembly");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
