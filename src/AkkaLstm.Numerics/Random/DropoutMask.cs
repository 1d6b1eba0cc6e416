using System.Runtime.Intrinsics;
using AkkaLstm.Numerics.Elementwise;

namespace AkkaLstm.Numerics.Random;

/// <summary>Masks of inverted dropout: 0 with probability p, else 1 / (1 - p).</summary>
public static class DropoutMask
{
    private const int LaneBits = 20;
    private const int CellBits = 28;
    private const int WordsPerBlock = 4;

    /// <summary>Fills the mask of a window.</summary>
    /// <remarks>
    /// The value at (t, b, u) is a function of the key, the absolute lane firstLane + b, t, u and the number of units only: it does not
    /// depend on which lanes are computed together. A unit is dropped when its uniform number of 24 bits is below p. Position in the
    /// key's sequence: absolute lane * 2^28 + t * ceil(units / 4) + u / 4, word u mod 4.
    /// </remarks>
    /// <param name="key">Seed, purpose Dropout, training step and site.</param>
    /// <param name="dropProbability">p in [0, 1).</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="lanes">B.</param>
    /// <param name="firstLane">Absolute index of lane 0; lanes are below 2^20.</param>
    /// <param name="units">Units in a row; T * ceil(units / 4) is at most 2^28.</param>
    /// <param name="mask">(T, B, ld); what stands between units and ld is not written.</param>
    /// <param name="rowStride">ld, at least units.</param>
    /// <exception cref="ArgumentException">A number is out of range or the mask is too short.</exception>
    public static void Fill(
        RandomKey key,
        float dropProbability,
        int timeSteps,
        int lanes,
        int firstLane,
        int units,
        Span<float> mask,
        int rowStride) =>
        Fill(key, dropProbability, 1 / (1 - dropProbability), timeSteps, lanes, firstLane, units, mask, rowStride);

    /// <summary>The same with another value for what is kept.</summary>
    /// <inheritdoc cref="Fill(RandomKey, float, int, int, int, int, Span{float}, int)"/>
    /// <param name="kept">Value where nothing is dropped.</param>
    public static void Fill(
        RandomKey key,
        float dropProbability,
        float kept,
        int timeSteps,
        int lanes,
        int firstLane,
        int units,
        Span<float> mask,
        int rowStride)
    {
        if (!(dropProbability is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(dropProbability), dropProbability, "must be in [0, 1)");
        ArgumentOutOfRangeException.ThrowIfNegative(timeSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(lanes);
        ArgumentOutOfRangeException.ThrowIfNegative(firstLane);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)firstLane + lanes, 1L << LaneBits, nameof(firstLane));
        int blocksInRow = (units + WordsPerBlock - 1) / WordsPerBlock;
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)timeSteps * blocksInRow, 1L << CellBits, nameof(units));
        SpanGuard.MatrixFits(mask.Length, checked(timeSteps * lanes), units, rowStride);

        for (int t = 0; t < timeSteps; t++)
        {
            for (int b = 0; b < lanes; b++)
            {
                long position = ((long)(firstLane + b) << CellBits) + ((long)t * blocksInRow);
                FillRow(key, position, dropProbability, kept, mask.Slice(((t * lanes) + b) * rowStride, units));
            }
        }
    }

    /// <summary>The value at (t, b, u) = (0, 0, <paramref name="unit"/>) of a window whose lane 0 is lane 0.</summary>
    /// <param name="key">Seed, purpose, training step and site.</param>
    /// <param name="dropProbability">p in [0, 1).</param>
    /// <param name="unit">u; not negative.</param>
    public static float Of(RandomKey key, float dropProbability, int unit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(unit);
        PhiloxBlock block = key.Block(unit / WordsPerBlock);
        uint word = (unit % WordsPerBlock) switch
        {
            0 => block.X0,
            1 => block.X1,
            2 => block.X2,
            _ => block.X3,
        };
        return word >> 8 < Threshold(dropProbability) ? 0 : 1 / (1 - dropProbability);
    }

    /// <summary>Numbers of 24 bits are below p exactly when their integers are below p * 2^24, which is exact in double.</summary>
    private static uint Threshold(float dropProbability) => (uint)Math.Ceiling((double)dropProbability * (1 << 24));

    private static void FillRow(RandomKey key, long position, float dropProbability, float kept, Span<float> row)
    {
        uint threshold = Threshold(dropProbability);
        if (PhiloxVectors.IsSupported)
        {
            for (; row.Length >= PhiloxVectors.WordCount; row = row[PhiloxVectors.WordCount..])
            {
                (Vector128<uint> block0, Vector128<uint> block1, Vector128<uint> block2, Vector128<uint> block3) =
                    PhiloxVectors.Blocks(key, position);
                Mask(block0, threshold, kept).CopyTo(row);
                Mask(block1, threshold, kept).CopyTo(row[4..]);
                Mask(block2, threshold, kept).CopyTo(row[8..]);
                Mask(block3, threshold, kept).CopyTo(row[12..]);
                position += PhiloxVectors.WordCount / WordsPerBlock;
            }
        }

        for (; row.Length >= WordsPerBlock; row = row[WordsPerBlock..])
        {
            PhiloxBlock block = key.Block(position++);
            row[3] = block.X3 >> 8 < threshold ? 0 : kept;
            row[2] = block.X2 >> 8 < threshold ? 0 : kept;
            row[1] = block.X1 >> 8 < threshold ? 0 : kept;
            row[0] = block.X0 >> 8 < threshold ? 0 : kept;
        }

        if (row.Length > 0)
        {
            (uint x0, uint x1, uint x2, _) = key.Block(position);
            row[0] = x0 >> 8 < threshold ? 0 : kept;
            if (row.Length > 1)
                row[1] = x1 >> 8 < threshold ? 0 : kept;
            if (row.Length > 2)
                row[2] = x2 >> 8 < threshold ? 0 : kept;
        }
    }

    private static Vector128<float> Mask(Vector128<uint> words, uint threshold, float kept)
    {
        Vector128<int> dropped = Vector128.LessThan((words >> 8).AsInt32(), Vector128.Create((int)threshold));
        return Vector128.AndNot(Vector128.Create(kept), dropped.AsSingle());
    }
}
