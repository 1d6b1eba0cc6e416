using AkkaLstm.Models.Parameters;

namespace AkkaLstm.Models.Gradients;

/// <summary>
/// What <see cref="GradientTree"/> makes for one slice: the gradient sum over all shards and the blocks' sums of
/// squares.
/// </summary>
public sealed class ReducedSlice
{
    /// <summary>Makes room for the reduction of a slice.</summary>
    public ReducedSlice(ParameterLayout layout, ParameterSlice slice)
    {
        Gradient = new Gradient(layout, slice);
        BlockSquareSums = new double[slice.BlockCount];
    }

    /// <summary>The gradient sum over all shards.</summary>
    public Gradient Gradient { get; }

    /// <summary>
    /// Sum of squares of each of the slice's blocks, in order; of an embedding block over the touched rows in
    /// ascending order. The squared norm is the sum over all blocks of all slices in order, the same for every
    /// number of servers.
    /// </summary>
    public double[] BlockSquareSums { get; }

    /// <summary>The parts being reduced, in order of shards.</summary>
    internal List<GradientPart> Parts { get; } = [];

    /// <summary>For each part the position of its next row not yet merged.</summary>
    internal int[] RowCursors { get; private set; } = [];

    /// <summary>For each thread one piece for each level of the tree.</summary>
    internal float[] Scratch { get; private set; } = [];

    internal void EnsureScratch(int partCount, int length)
    {
        if (RowCursors.Length < partCount)
            RowCursors = new int[partCount];
        if (Scratch.Length < length)
            Scratch = new float[length];
    }
}
