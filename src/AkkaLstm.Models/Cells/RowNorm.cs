using System.Runtime.Intrinsics;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// The rows of one time step in <see cref="Activations"/>, whose blocks of 16 columns are gates in turn, of the same
/// 16 units.
/// </summary>
internal readonly unsafe struct StepRows(Activations source, int step, int gateCount)
{
    /// <summary>Gates.</summary>
    public readonly int GateCount = gateCount;

    /// <summary>Blocks of 16 columns.</summary>
    public readonly int BlockCount = source.BlockCount;

    /// <summary>Floats of a block: 16 for each lane.</summary>
    public readonly nint BlockLength = (nint)source.Lanes * Activations.BlockColumns;

    private readonly float* _start = source.Pointer + (nint)step * source.StepLength;

    /// <summary>Where a block starts.</summary>
    public float* Block(int block) => _start + block * BlockLength;
}

/// <summary>
/// What layer normalisation of rows (Ba, Kiros and Hinton 2016), y = (x - mean) / sqrt(variance + epsilon), sums up for each lane, there
/// and back. Sums have a fixed shape, 16 virtual lanes over the blocks and a tree over them, so that no vector width changes a bit.
/// </summary>
/// <param name="mask">1 for each element that counts and 0 for padding: 16 for all but the last units, then 16 for
/// those.</param>
/// <param name="sums">Room for <see cref="LaneLength"/> floats for each lane of the batch.</param>
/// <param name="unitCount">H.</param>
internal readonly unsafe struct RowNorm(float* mask, float* sums, int unitCount)
{
    // Loops work on local copies of all pointers and counts: the compiler must take a store for a change of any field.
    /// <summary>Added to the variance.</summary>
    public const float Epsilon = 1e-5f;

    /// <summary>Floats of a lane's sums: two pairs of 16.</summary>
    public const int LaneLength = 4 * Width;

    private const int Width = Activations.BlockColumns;

    /// <summary>A lane's sums.</summary>
    public float* Lane(nint lane) => sums + lane * LaneLength;

    /// <summary>Which of 16 units count.</summary>
    public float* MaskOf(bool isLast) => mask + (isLast ? Width : 0);

    /// <summary>Sets all sums to zero.</summary>
    public void ClearSums(int lanes) => new Span<float>(sums, lanes * LaneLength).Clear();

    /// <summary>
    /// Mean and 1 / sqrt(variance + epsilon) of each row, 16 times each, to the first (0) or second (1) pair of its lane's sums.
    /// </summary>
    /// <remarks>
    /// One pass sums x - x0 and its square, x0 the row's first element: what cancels in the mean of squares less the square of the mean
    /// is then no larger than the row's own spread.
    /// </remarks>
    /// <param name="rows">The rows.</param>
    /// <param name="pair">Which pair.</param>
    /// <param name="inverses">Receives 1 / sqrt(variance + epsilon).</param>
    public void Moments<TSimd, TVector>(in StepRows rows, int pair, float* inverses)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        int gates = rows.GateCount;
        nint length = rows.BlockLength;
        float* first = rows.Block(0);
        for (nint part = 0; part < Width; part += TSimd.Width)
        {
            float* lane = Lane(0) + 2 * pair * Width + part;
            for (nint n = part; n < length; n += Width, lane += LaneLength)
            {
                TVector shift = TSimd.Broadcast(first[n - part]);
                TVector sum = TSimd.Broadcast(0f);
                TVector squares = TSimd.Broadcast(0f);
                float* x = first + n;
                for (int block = 0; block < rows.BlockCount - gates; block++, x += length)
                {
                    TVector difference = TSimd.Subtract(TSimd.Load(x), shift);
                    sum = TSimd.Add(sum, difference);
                    squares = TSimd.FusedMultiplyAdd(difference, difference, squares);
                }

                TVector isCounted = TSimd.Load(mask + Width + part);
                for (int gate = 0; gate < gates; gate++, x += length)
                {
                    TVector difference = TSimd.Multiply(TSimd.Subtract(TSimd.Load(x), shift), isCounted);
                    sum = TSimd.Add(sum, difference);
                    squares = TSimd.FusedMultiplyAdd(difference, difference, squares);
                }

                TSimd.Store(lane, sum);
                TSimd.Store(lane + Width, squares);
            }
        }

        float share = 1f / (gates * unitCount);
        for (nint i = 0; i < length / Width; i++)
        {
            float* lane = Lane(i) + 2 * pair * Width;
            float mean = Sum(lane) * share;
            float variance = Math.Max(0, Sum(lane + Width) * share - mean * mean);
            inverses[i] = 1 / MathF.Sqrt(variance + Epsilon);
            Fill(lane, first[i * Width] + mean);
            Fill(lane + Width, inverses[i]);
        }
    }

    /// <summary>Replaces the 16 partial sums of each of a lane's first pairs by 16 times their sum over the row's length.</summary>
    /// <param name="lanes">B.</param>
    /// <param name="pairs">How many pairs.</param>
    /// <param name="gates">Gates of a row.</param>
    public void JoinSums(int lanes, int pairs, int gates)
    {
        float share = 1f / (gates * unitCount);
        for (int lane = 0; lane < lanes; lane++)
        {
            float* at = Lane(lane);
            for (int i = 0; i < 2 * pairs; i++, at += Width)
                Fill(at, Sum(at) * share);
        }
    }

    /// <summary>
    /// The sum of 16 by a tree of fixed shape: halves, quarters, pairs, on every path with the same four-wide additions.
    /// </summary>
    private static float Sum(float* partial)
    {
        Vector128<float> sum =
            Vector128.Load(partial) + Vector128.Load(partial + 8) + (Vector128.Load(partial + 4) + Vector128.Load(partial + 12));
        sum += Vector128.Shuffle(sum, Vector128.Create(2, 3, 0, 1));
        sum += Vector128.Shuffle(sum, Vector128.Create(1, 0, 3, 2));
        return sum[0];
    }

    private static void Fill(float* at, float value)
    {
        var four = Vector128.Create(value);
        for (int i = 0; i < Width; i += 4)
            four.Store(at + i);
    }
}
