namespace AkkaLstm.Protocol.Work;

/// <summary>Result of <see cref="ReduceSlice"/>.</summary>
/// <param name="BlockSquareSums">
/// Sum of the squares of the summed gradient for each parameter block of the slice, in block order. The
/// coordinator adds them over all blocks in order, so that the norm does not depend on the number of servers.
/// </param>
public sealed record SliceSums(IReadOnlyList<double> BlockSquareSums) : WorkResult;
