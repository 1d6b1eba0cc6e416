using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Data.Forecasting;

/// <summary>
/// The order of the training samples in an epoch: a permutation keyed by (seed, epoch). The latest two epochs
/// are kept, because workers may still finish one while others begin the next; which are kept has no
/// influence on any result.
/// </summary>
internal sealed class EpochOrder(ulong seed, int sampleCount)
{
    // Invariant: a permutation is complete before it is stored, and never written afterwards.
    private readonly Order?[] _latest = new Order?[2];

    /// <summary>Sample at each place of an epoch.</summary>
    internal ReadOnlySpan<int> Of(int epoch)
    {
        ref Order? place = ref _latest[epoch & 1];
        Order? order = Volatile.Read(ref place);
        if (order?.Epoch != epoch)
        {
            var samples = new int[sampleCount];
            new RandomKey(seed, RandomPurpose.Shuffling, epoch).OpenStream().FillPermutation(samples);
            order = new Order(epoch, samples);
            Volatile.Write(ref place, order);
        }

        return order.Samples;
    }

    private sealed record Order(int Epoch, int[] Samples);
}
