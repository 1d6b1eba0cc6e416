using System.Runtime.CompilerServices;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Elementwise;

/// <summary>
/// Loads and stores of fewer elements than a vector has lanes, for the end of a span. They go through a buffer on the stack and
/// never touch memory past the count.
/// </summary>
/// <typeparam name="TSimd">The vector operations.</typeparam>
/// <typeparam name="TVector">The vector of float32 lanes.</typeparam>
internal static unsafe class Remainder<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>The first <paramref name="count"/> lanes from memory, the others set to <paramref name="filler"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(float* source, int count, float filler = 0f)
    {
        TVector buffer = TSimd.Broadcast(filler);
        float* lanes = (float*)&buffer;
        for (int i = 0; i < count; i++)
            lanes[i] = source[i];
        return buffer;
    }

    /// <summary>Writes the first <paramref name="count"/> lanes to memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, int count, TVector value)
    {
        float* lanes = (float*)&value;
        for (int i = 0; i < count; i++)
            destination[i] = lanes[i];
    }
}
