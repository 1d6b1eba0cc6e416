namespace AkkaLstm.Cluster.Tests;

/// <summary>A test between network namespaces; skipped, and shown as that, where this user cannot make them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NetworkFactAttribute : FactAttribute
{
    public NetworkFactAttribute()
    {
        using TwoNetworks? networks = TwoNetworks.TryCreate();
        if (networks is null)
            Skip = "network namespaces need Linux, root and a kernel with veth";
    }
}
