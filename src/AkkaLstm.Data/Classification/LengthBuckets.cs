using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Data.Classification;

// B lanes.

/// <summary>
/// Puts sequences of like length into the same batch, so that little is padded. In training: a permutation keyed by (seed, epoch)
/// is cut into pools of a few batches, each pool is sorted by length and cut into batches, and the batches are permuted. Elsewhere all
/// sequences are sorted by length once. Either way every sequence has exactly one place in an epoch.
/// </summary>
/// <remarks>The latest two epochs are kept, because workers may still finish one while others begin the next.</remarks>
internal sealed class LengthBuckets
{
    /// <summary>Place that holds no sequence.</summary>
    internal const int Empty = -1;

    /// <summary>
    /// Batches of a pool. More would pad less, but the same sequences would meet in a batch epoch after epoch.
    /// </summary>
    private const int PoolBatches = 8;

    private readonly int[] _lengths;
    private readonly int _lanes;
    private readonly ulong? _seed;

    // Invariant: an order is complete before it is stored, and never written afterwards.
    private readonly EpochBatches?[] _latest = new EpochBatches?[2];

    /// <summary>Makes the order of a split.</summary>
    /// <param name="lengths">Length of each sequence.</param>
    /// <param name="lanes">B.</param>
    /// <param name="seed">Keys the order of training; null: the same order in every epoch.</param>
    internal LengthBuckets(int[] lengths, int lanes, ulong? seed)
    {
        _lengths = lengths;
        _lanes = lanes;
        _seed = seed;
        StepCount = (lengths.Length + lanes - 1) / lanes;
    }

    /// <summary>Batches of an epoch.</summary>
    internal int StepCount { get; }

    /// <summary>The batches of an epoch.</summary>
    internal EpochBatches Of(int epoch)
    {
        int key = _seed is null ? 0 : epoch;
        ref EpochBatches? place = ref _latest[key & 1];
        EpochBatches? known = Volatile.Read(ref place);
        if (known?.Epoch != key)
        {
            known = Make(key);
            Volatile.Write(ref place, known);
        }

        return known;
    }

    private EpochBatches Make(int epoch)
    {
        var order = new int[_lengths.Length];
        var steps = new int[StepCount];
        if (_seed is { } seed)
        {
            new RandomKey(seed, RandomPurpose.Shuffling, epoch).OpenStream().FillPermutation(order);
            new RandomKey(seed, RandomPurpose.Shuffling, epoch, index: 1).OpenStream().FillPermutation(steps);
        }
        else
        {
            for (int i = 0; i < order.Length; i++)
                order[i] = i;
            for (int i = 0; i < steps.Length; i++)
                steps[i] = i;
        }

        int pool = _seed is null ? order.Length : PoolBatches * _lanes;
        for (int first = 0; first < order.Length; first += pool)
            SortByLength(order.AsSpan(first, Math.Min(pool, order.Length - first)));

        var sequences = new int[StepCount * _lanes];
        var timeSteps = new int[StepCount];
        for (int step = 0; step < StepCount; step++)
        {
            int first = steps[step] * _lanes;
            for (int lane = 0; lane < _lanes; lane++)
            {
                bool isThere = first + lane < order.Length;
                sequences[(step * _lanes) + lane] = isThere ? order[first + lane] : Empty;
                timeSteps[step] = Math.Max(timeSteps[step], isThere ? _lengths[order[first + lane]] : 1);
            }
        }

        return new EpochBatches(epoch, sequences, timeSteps);
    }

    /// <summary>Sorts by (length, place before).</summary>
    private void SortByLength(Span<int> sequences)
    {
        var keys = new long[sequences.Length];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = ((long)_lengths[sequences[i]] << 32) | (uint)i;
        keys.AsSpan().Sort(sequences);
    }

    /// <summary>One epoch.</summary>
    /// <param name="Epoch">Which; 0 where all are the same.</param>
    /// <param name="Sequences">Sequence at each place (step, lane), or <see cref="Empty"/>.</param>
    /// <param name="TimeSteps">T of each step: the length of its longest sequence.</param>
    internal sealed record EpochBatches(int Epoch, int[] Sequences, int[] TimeSteps);
}
