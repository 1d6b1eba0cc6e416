namespace AkkaLstm.Cli.Cluster.Status;

/// <summary>Whether a node takes part. Any thread may ask and tell.</summary>
/// <param name="reason">Why it does not yet, in a few words.</param>
internal sealed class NodeHealth(string reason)
{
    private volatile string? _reason = reason;

    /// <summary>Why the node does not take part; null while it does.</summary>
    public string? NotReadyBecause => _reason;

    /// <summary>It takes part.</summary>
    public void Ready() => _reason = null;

    /// <summary>It does not.</summary>
    /// <param name="reason">Why, in a few words.</param>
    public void NotReady(string reason) => _reason = reason;
}
