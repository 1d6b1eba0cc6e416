using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AkkaLstm.Numerics.Random;

/// <summary>Four blocks of <see cref="Philox"/> at a time, one in each 64-bit lane. The same bits: it is all integer arithmetic.</summary>
internal static class PhiloxVectors
{
    /// <summary>Words that <see cref="Blocks"/> gives.</summary>
    public const int WordCount = 16;

    /// <summary>Whether this machine has the multiplication that makes it worth while.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>The blocks at positions p, p + 1, p + 2, p + 3 of the key's sequence, each as a vector of its four words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector128<uint> Block0, Vector128<uint> Block1, Vector128<uint> Block2, Vector128<uint> Block3) Blocks(
        in RandomKey key, long position)
    {
        // A multiplication reads the low half of a lane only, so that the high halves may hold anything until the end.
        Vector256<ulong> positions = Vector256.Create((ulong)position) + Vector256.Create(0UL, 1, 2, 3);
        Vector256<ulong> x0 = positions;
        Vector256<ulong> x1 = Vector256.Create((ulong)(uint)key.Index);
        Vector256<ulong> x2 = Vector256.Create((ulong)(uint)key.Step);
        Vector256<ulong> x3 = (positions >> 32) | Vector256.Create((ulong)key.HighWord);
        Vector256<uint> multiplier0 = Vector256.Create(Philox.Multiplier0);
        Vector256<uint> multiplier1 = Vector256.Create(Philox.Multiplier1);
        uint key0 = (uint)key.Seed;
        uint key1 = (uint)(key.Seed >> 32);
        for (int round = 0; round < Philox.RoundCount; round++)
        {
            Vector256<ulong> product0 = Avx2.Multiply(x0.AsUInt32(), multiplier0);
            Vector256<ulong> product1 = Avx2.Multiply(x2.AsUInt32(), multiplier1);
            x0 = (product1 >> 32) ^ x1 ^ Vector256.Create((ulong)key0);
            x1 = product1;
            x2 = (product0 >> 32) ^ x3 ^ Vector256.Create((ulong)key1);
            x3 = product0;
            key0 += Philox.Weyl0;
            key1 += Philox.Weyl1;
        }

        Vector256<ulong> low = Vector256.Create((ulong)uint.MaxValue);
        Vector256<ulong> firstPairs = (x0 & low) | (x1 << 32);
        Vector256<ulong> secondPairs = (x2 & low) | (x3 << 32);
        Vector256<uint> even = Avx2.UnpackLow(firstPairs, secondPairs).AsUInt32();
        Vector256<uint> odd = Avx2.UnpackHigh(firstPairs, secondPairs).AsUInt32();
        return (even.GetLower(), odd.GetLower(), even.GetUpper(), odd.GetUpper());
    }
}
