using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AkkaLstm.Numerics.Random;

/// <summary>
/// The counter-based generator Philox4x32-10: a function of a 128-bit counter and a 64-bit key to 128 random bits, without state.
/// </summary>
/// <remarks>
/// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11. The tests hold it against the known answers
/// published with Random123.
/// </remarks>
public static class Philox
{
    internal const uint Multiplier0 = 0xD2511F53;
    internal const uint Multiplier1 = 0xCD9E8D57;
    internal const uint Weyl0 = 0x9E3779B9;
    internal const uint Weyl1 = 0xBB67AE85;
    internal const int RoundCount = 10;

    /// <summary>Four random words of a counter under a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxBlock Block(PhiloxBlock counter, uint key0, uint key1)
    {
        (uint x0, uint x1, uint x2, uint x3) = counter;
        for (int round = 0; round < RoundCount; round++)
        {
            ulong product0 = (ulong)Multiplier0 * x0;
            ulong product1 = (ulong)Multiplier1 * x2;
            x0 = (uint)(product1 >> 32) ^ x1 ^ key0;
            x1 = (uint)product1;
            x2 = (uint)(product0 >> 32) ^ x3 ^ key1;
            x3 = (uint)product0;
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return new(x0, x1, x2, x3);
    }
}

/// <summary>Four 32-bit words: a counter of <see cref="Philox"/> or what it gives.</summary>
/// <param name="X0">First word.</param>
/// <param name="X1">Second word.</param>
/// <param name="X2">Third word.</param>
/// <param name="X3">Fourth word.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct PhiloxBlock(uint X0, uint X1, uint X2, uint X3);
