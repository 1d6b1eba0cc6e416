using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AkkaLstm.Data.Classification;

/// <summary>
/// Splits sequences so that every label has its share in every part. Which of them go where is decided by a digest of the seed and
/// their ids, so that the order of the file has no influence and new sequences move few of the old ones.
/// </summary>
internal static class StratifiedSplit
{
    private const double DefaultFraction = 0.15;

    /// <summary>The part of each sequence; all have labels.</summary>
    internal static DataSplit[] Of(IReadOnlyList<SequenceRecord> sequences, DataOptions options)
    {
        var parts = new DataSplit[sequences.Count];
        IEnumerable<IGrouping<string, int>> groups =
            Enumerable.Range(0, sequences.Count).GroupBy(i => sequences[i].Label!, StringComparer.Ordinal);
        foreach (IGrouping<string, int> group in groups)
        {
            int[] drawn = [.. group.OrderBy(i => Digest(options.Seed, sequences[i].Id), StringComparer.Ordinal).ThenBy(i => i)];
            SplitSizes sizes = SplitSizes.Of(drawn.Length, options, DefaultFraction);
            for (int k = 0; k < drawn.Length; k++)
            {
                parts[drawn[k]] = k < sizes.Test ? DataSplit.Test
                    : k < sizes.Test + sizes.Valid ? DataSplit.Valid
                    : DataSplit.Train;
            }
        }

        return parts;
    }

    private static string Digest(ulong seed, string id)
    {
        byte[] text = new byte[sizeof(ulong) + Encoding.UTF8.GetByteCount(id)];
        BinaryPrimitives.WriteUInt64LittleEndian(text, seed);
        Encoding.UTF8.GetBytes(id, text.AsSpan(sizeof(ulong)));
        return Convert.ToHexStringLower(SHA256.HashData(text));
    }
}
