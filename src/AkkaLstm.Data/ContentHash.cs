using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AkkaLstm.Data;

/// <summary>
/// SHA-256 over the contents that make up a data set, each preceded by its length so that parts cannot run
/// into another.
/// </summary>
internal static class ContentHash
{
    /// <summary>Lower-case hex digest of the parts in order; a missing part counts as length -1.</summary>
    internal static string Of(params ReadOnlySpan<byte[]?> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(long)];
        foreach (byte[]? part in parts)
        {
            BinaryPrimitives.WriteInt64LittleEndian(length, part?.LongLength ?? -1);
            hash.AppendData(length);
            hash.AppendData(part ?? []);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
