namespace AkkaLstm.Models.Parameters;

/// <summary>
/// A fixed run of parameters inside one tensor. Blocks are the unit of the gradient norm: each one's sum of squares
/// is formed apart and the sums are added in order of blocks, so that the norm does not depend on how many servers
/// hold the parameters.
/// </summary>
/// <param name="Start">Index of the first element in the flat buffer.</param>
/// <param name="Length">Elements.</param>
public readonly record struct ParameterBlock(int Start, int Length);

/// <summary>
/// The contiguous run of whole blocks that one server holds. It may be empty where there are more servers than
/// blocks.
/// </summary>
/// <param name="Index">Which slice, 0 .. K-1.</param>
/// <param name="Start">Index of the first element in the flat buffer.</param>
/// <param name="Length">Elements.</param>
/// <param name="FirstBlock">Index of the first block.</param>
/// <param name="BlockCount">Blocks.</param>
public readonly record struct ParameterSlice(int Index, int Start, int Length, int FirstBlock, int BlockCount)
{
    /// <summary>Index after the last element.</summary>
    public int End => Start + Length;
}
