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
/// Layer normalisation of rows (Ba, Kiros and Hinton 2016): y = (x - mean) / sqrt(variance + epsilon), and its
/// derivative. Sums have a fixed shape, 16 virtual lanes over the blocks and a tree over them, so that no vector
/// width changes a bit.
/// </summary>
/// <param name="mask">1 for each element that counts and 0 for padding: 16 for all but the last units, then 16 for
/// those.</param>
/// <param name="sums">Room for 32 floats for each lane of the batch.</param>
/// <param name="unitCount">H.</param>
internal readonly unsafe struct RowNorm(float* mask, float* sums, int unitCount)
{
    // Loops work on local copies of all pointers and counts: the compiler must take a store for a change of any field.
    /// <summary>Added to the variance.</summary>
    public const float Epsilon = 1e-5f;

    private const int Width = Activations.BlockColumns;

    /// <summary>Normalises the rows in place; padding stays zero.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="inverses">Receives 1 / sqrt(variance + epsilon) of each.</param>
    public void Normalize<TSimd, TVector>(in StepRows rows, float* inverses)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        nint length = rows.BlockLength;
        int gates = rows.GateCount;
        int count = gates * unitCount;
        float* means = sums;
        float* squares = means + length;
        new Span<float>(means, (int)length).Clear();
        for (int block = 0; block < rows.BlockCount; block += gates)
        {
            float* x = rows.Block(block);
            for (nint n = 0; n < length; n += TSimd.Width)
            {
                TVector sum = TSimd.Load(means + n);
                for (nint gate = 0; gate < gates; gate++)
                    sum = TSimd.Add(sum, TSimd.Load(x + gate * length + n));
                TSimd.Store(means + n, sum);
            }
        }

        Means(means, length, count);
        new Span<float>(squares, (int)length).Clear();
        for (int block = 0; block < rows.BlockCount; block += gates)
        {
            float* x = rows.Block(block);
            float* counts = mask + (block < rows.BlockCount - gates ? 0 : Width);
            for (nint n = 0; n < length; n += TSimd.Width)
            {
                TVector mean = TSimd.Load(means + n);
                TVector isCounted = TSimd.Load(counts + (n & (Width - 1)));
                TVector sum = TSimd.Load(squares + n);
                for (nint gate = 0; gate < gates; gate++)
                {
                    float* at = x + gate * length + n;
                    TVector difference = TSimd.Multiply(TSimd.Subtract(TSimd.Load(at), mean), isCounted);
                    TSimd.Store(at, difference);
                    sum = TSimd.FusedMultiplyAdd(difference, difference, sum);
                }

                TSimd.Store(squares + n, sum);
            }
        }

        Means(squares, length, count);
        for (nint lane = 0; lane < length / Width; lane++)
        {
            inverses[lane] = 1 / MathF.Sqrt(squares[lane * Width] + Epsilon);
            Fill(squares + lane * Width, inverses[lane]);
        }

        for (int block = 0; block < rows.BlockCount; block++)
        {
            float* x = rows.Block(block);
            for (nint n = 0; n < length; n += TSimd.Width)
                TSimd.Store(x + n, TSimd.Multiply(TSimd.Load(x + n), TSimd.Load(squares + n)));
        }
    }

    /// <summary>
    /// From the gradient by gain * y + bias: that by the rows before their normalisation, in place of y, and what the
    /// rows add to the gains' gradient.
    /// </summary>
    /// <param name="rows">In: y. Out: the gradient.</param>
    /// <param name="gradient">By gain * y + bias.</param>
    /// <param name="units">The units' own parameters; row k of 16 units is gate k's gain, counted from <paramref
    /// name="firstGain"/>.</param>
    /// <param name="dUnits">Gets gradient * y added in the rows of the gains; a row for each of the units'
    /// parameters.</param>
    /// <param name="firstGain">The row of the parameters that is gate 0's gain.</param>
    /// <param name="inverses">What <see cref="Normalize"/> gave.</param>
    public void Back<TSimd, TVector>(
        in StepRows rows, in StepRows gradient, float* units, in StepRows dUnits, int firstGain, float* inverses)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        nint length = rows.BlockLength;
        int gates = rows.GateCount;
        int count = gates * unitCount;
        float* means = sums;
        float* along = means + length;
        new Span<float>(means, 2 * (int)length).Clear();
        for (int block = 0; block < rows.BlockCount; block += gates)
        {
            int unitRow = block / gates * dUnits.GateCount + firstGain;
            float* y = rows.Block(block);
            float* d = gradient.Block(block);
            float* gain = units + unitRow * Width;
            float* dGain = dUnits.Block(unitRow);
            for (nint n = 0; n < length; n += TSimd.Width)
            {
                TVector sum = TSimd.Load(means + n);
                TVector alongSum = TSimd.Load(along + n);
                for (nint gate = 0; gate < gates; gate++)
                {
                    nint at = gate * length + n;
                    TVector own = TSimd.Load(y + at);
                    TVector by = TSimd.Load(d + at);
                    TSimd.Store(dGain + at, TSimd.FusedMultiplyAdd(by, own, TSimd.Load(dGain + at)));
                    by = TSimd.Multiply(by, TSimd.Load(gain + gate * Width + (n & (Width - 1))));
                    sum = TSimd.Add(sum, by);
                    alongSum = TSimd.FusedMultiplyAdd(by, own, alongSum);
                }

                TSimd.Store(means + n, sum);
                TSimd.Store(along + n, alongSum);
            }
        }

        Means(means, length, count);
        Means(along, length, count);
        for (int block = 0; block < rows.BlockCount; block++)
        {
            int unitRow = block / gates * dUnits.GateCount + firstGain + block % gates;
            float* y = rows.Block(block);
            float* d = gradient.Block(block);
            float* gain = units + unitRow * Width;
            float* counts = mask + (block < rows.BlockCount - gates ? 0 : Width);
            for (nint n = 0; n < length; n += TSimd.Width)
            {
                TVector by = TSimd.Multiply(TSimd.Load(d + n), TSimd.Load(gain + (n & (Width - 1))));
                by = TSimd.Subtract(
                    TSimd.Subtract(by, TSimd.Load(means + n)), TSimd.Multiply(TSimd.Load(y + n), TSimd.Load(along + n)));
                TVector scale = TSimd.Multiply(TSimd.Broadcast(inverses[n / Width]), TSimd.Load(counts + (n & (Width - 1))));
                TSimd.Store(y + n, TSimd.Multiply(by, scale));
            }
        }
    }

    /// <summary>
    /// Replaces the 16 partial sums of each lane by 16 times their sum over the count, summed by a tree of fixed
    /// shape: halves, quarters, pairs, on every path with the same four-wide additions.
    /// </summary>
    private static void Means(float* partial, nint length, int count)
    {
        for (nint lane = 0; lane < length; lane += Width)
        {
            float* at = partial + lane;
            Vector128<float> sum = Vector128.Load(at) + Vector128.Load(at + 8) + (Vector128.Load(at + 4) + Vector128.Load(at + 12));
            sum += Vector128.Shuffle(sum, Vector128.Create(2, 3, 0, 1));
            sum += Vector128.Shuffle(sum, Vector128.Create(1, 0, 3, 2));
            Fill(at, sum[0] / count);
        }
    }

    private static void Fill(float* at, float value)
    {
        var four = Vector128.Create(value);
        for (int i = 0; i < Width; i += 4)
            four.Store(at + i);
    }
}
