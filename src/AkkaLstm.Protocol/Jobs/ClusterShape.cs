namespace AkkaLstm.Protocol.Jobs;

/// <summary>
/// How many parameter servers a run has. Seat i of K * (1 + R) is <c>NodeId.Server(i)</c> and holds slice
/// i mod K; all seats of a slice hold the same state.
/// </summary>
/// <param name="ServerCount">K, the number of slices that the parameters are cut into, each held by one server and its standbys.</param>
/// <param name="ReplicaCount">R, the standby servers of each slice; with 1 the loss of any one server costs no
/// step.</param>
public sealed record ClusterShape(int ServerCount = 1, int ReplicaCount = 0)
{
    /// <summary>K * (1 + R).</summary>
    public int SeatCount => ServerCount * (1 + ReplicaCount);

    /// <summary>The slice that a seat holds.</summary>
    public SliceId SliceOf(int seat) => new(seat % ServerCount, ServerCount);

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ServerCount, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(ReplicaCount);
    }
}
