using System.Reflection;
using System.Runtime.Loader;

namespace AkkaLstm.PlantedFaults.Tests;

/// <summary>
/// A load context in which the simulator and this test assembly run on another build of the roles. Only numbers and
/// strings cross its border.
/// </summary>
internal sealed class FaultyWorld : AssemblyLoadContext
{
    private readonly byte[] _protocol;

    private FaultyWorld(byte[] protocol)
        : base(isCollectible: true)
    {
        _protocol = protocol;
    }

    /// <summary>The first seed that fails on this build of the roles, with its message; null when none does.</summary>
    public static (long Seed, string Message)? FirstFailure(byte[] protocol, long seedCount)
    {
        var world = new FaultyWorld(protocol);
        try
        {
            MethodInfo run = world
                .LoadFromAssemblyName(typeof(SeedScan).Assembly.GetName())
                .GetType(typeof(SeedScan).FullName!, throwOnError: true)!
                .GetMethod(nameof(SeedScan.FirstFailure))!;
            string? failure = (string?)run.Invoke(null, [seedCount]);
            if (failure is null)
                return null;
            string[] parts = failure.Split('|', 2);
            return (long.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), parts[1]);
        }
        finally
        {
            world.Unload();
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string name = assemblyName.Name!;
        if (name == "AkkaLstm.Protocol")
        {
            using var stream = new MemoryStream(_protocol);
            return LoadFromStream(stream);
        }

        // The simulator and this assembly come a second time, bound to the roles above.
        return name.StartsWith("AkkaLstm.", StringComparison.Ordinal)
            ? LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"))
            : null;
    }
}
