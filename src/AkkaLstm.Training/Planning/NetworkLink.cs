namespace AkkaLstm.Training.Planning;

/// <summary>The link of every node to the others; sending and receiving do not slow each other down.</summary>
/// <param name="BytesPerSecond">In each direction; infinity takes no time for bytes.</param>
/// <param name="LatencySeconds">A small message one way, software included.</param>
public sealed record NetworkLink(double BytesPerSecond, double LatencySeconds);
