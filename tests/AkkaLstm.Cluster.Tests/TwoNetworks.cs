using System.Diagnostics;

namespace AkkaLstm.Cluster.Tests;

/// <summary>
/// Two network namespaces of Linux with a cable between them that can be pulled. Needs root.
/// </summary>
internal sealed class TwoNetworks : IDisposable
{
    /// <summary>Address of <see cref="Left"/>.</summary>
    public const string LeftAddress = "10.77.0.1";

    /// <summary>Address of <see cref="Right"/>.</summary>
    public const string RightAddress = "10.77.0.2";

    private readonly string _suffix = Guid.NewGuid().ToString("N")[..6];

    private TwoNetworks()
    {
        Ip($"netns add {Left}");
        Ip($"netns add {Right}");
        Ip($"link add {Cable(Left)} netns {Left} type veth peer name {Cable(Right)} netns {Right}");
        Configure(Left, LeftAddress);
        Configure(Right, RightAddress);
    }

    public string Left => $"al{_suffix}";

    public string Right => $"ar{_suffix}";

    /// <summary>Makes them; null where this user or system cannot.</summary>
    public static TwoNetworks? TryCreate()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root" || !File.Exists("/sbin/ip"))
            return null;
        try
        {
            return new TwoNetworks();
        }
        catch (InvalidOperationException)
        {
            return null; // no such rights in a container, or no veth in this kernel
        }
    }

    /// <summary>Pulls the cable.</summary>
    public void Cut() => Ip($"-n {Left} link set {Cable(Left)} down");

    /// <summary>Plugs it in again.</summary>
    public void Mend() => Ip($"-n {Left} link set {Cable(Left)} up");

    public void Dispose()
    {
        Ip($"netns del {Left}");
        Ip($"netns del {Right}");
    }

    private static string Cable(string network) => $"v{network}";

    private static void Configure(string network, string address)
    {
        Ip($"-n {network} address add {address}/24 dev {Cable(network)}");
        Ip($"-n {network} link set {Cable(network)} up");
        Ip($"-n {network} link set lo up");
    }

    private static void Ip(string arguments) => Run("ip", arguments);

    private static void Run(string program, string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments.Split(' '))
        {
            UseShellExecute = false, RedirectStandardError = true,
        })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {arguments}: {error}");
    }
}
