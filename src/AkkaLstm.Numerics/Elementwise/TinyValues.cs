using System.Runtime.CompilerServices;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Elementwise;

/// <summary>
/// Sets values to zero that are on their way to become denormal. Numbers below 2^-126 cost processors some hundred cycles each; quantities
/// that decay step by step (gradients on their way back in time, moments of parameters that get no gradient) pass through that range,
/// where they are long since without effect.
/// </summary>
/// <remarks>The thresholds are far above 2^-126, so that products with ordinary factors stay normal. NaN stays NaN.</remarks>
public static class TinyValues
{
    /// <summary>2^-80, about 8e-25: gradients of activations below it become 0.</summary>
    public const float ActivationGradient = 1f / (1 << 20) / (1 << 20) / (1 << 20) / (1 << 20);

    /// <summary>2^-100, about 8e-31: optimizer moments below it become 0.</summary>
    public const float Moment = ActivationGradient / (1 << 20);

    /// <summary>x where |x| is at least the threshold or x is NaN, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Flush<TSimd, TVector>(TVector x, float threshold)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector magnitude = TSimd.And(x, TSimd.BroadcastBits(int.MaxValue));
        return TSimd.Select(TSimd.LessThan(magnitude, TSimd.Broadcast(threshold)), TSimd.Broadcast(0f), x);
    }
}
