using System.Diagnostics;
using System.Runtime.Intrinsics;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>What this core could do at most: fused multiply-adds on registers alone.</summary>
public static class FmaPeak
{
    /// <summary>Independent sums: enough to cover the latency of two units, few enough to stay in 16 registers.</summary>
    private const int ChainCount = 12;

    /// <summary>
    /// Measures one thread's peak in GFLOP/s (2 operations per fused multiply-add and float), the best of several short runs.
    /// Takes about 50 ms.
    /// </summary>
    public static double MeasureGflops() => SimdPaths.Current switch
    {
        SimdPath.Avx512 => Measure<Simd512, Vector512<float>>(),
        SimdPath.Avx2 => Measure<Simd256, Vector256<float>>(),
        _ => Measure<Simd128, Vector128<float>>(),
    };

    private static double Measure<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        const int repetitions = 20;
        const int iterations = 100_000;
        double best = 0;
        for (int repetition = 0; repetition < repetitions; repetition++)
        {
            long start = Stopwatch.GetTimestamp();
            Spin<TSimd, TVector>(iterations);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            best = Math.Max(best, 2.0 * ChainCount * TSimd.Width * iterations / seconds);
        }

        return best * 1e-9;
    }

    private static unsafe void Spin<TSimd, TVector>(int iterations)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector x = TSimd.Broadcast(0.999f), y = TSimd.Broadcast(0.001f);
        TVector c0 = y, c1 = y, c2 = y, c3 = y, c4 = y, c5 = y, c6 = y, c7 = y, c8 = y, c9 = y, c10 = y, c11 = y;
        for (int i = 0; i < iterations; i++)
        {
            c0 = TSimd.FusedMultiplyAdd(c0, x, y);
            c1 = TSimd.FusedMultiplyAdd(c1, x, y);
            c2 = TSimd.FusedMultiplyAdd(c2, x, y);
            c3 = TSimd.FusedMultiplyAdd(c3, x, y);
            c4 = TSimd.FusedMultiplyAdd(c4, x, y);
            c5 = TSimd.FusedMultiplyAdd(c5, x, y);
            c6 = TSimd.FusedMultiplyAdd(c6, x, y);
            c7 = TSimd.FusedMultiplyAdd(c7, x, y);
            c8 = TSimd.FusedMultiplyAdd(c8, x, y);
            c9 = TSimd.FusedMultiplyAdd(c9, x, y);
            c10 = TSimd.FusedMultiplyAdd(c10, x, y);
            c11 = TSimd.FusedMultiplyAdd(c11, x, y);
        }

        // The sums are used, or the loop would be empty.
        TVector sum = TSimd.Add(
            TSimd.Add(TSimd.Add(c0, c1), TSimd.Add(c2, c3)), TSimd.Add(TSimd.Add(c4, c5), TSimd.Add(c6, c7)));
        sum = TSimd.Add(sum, TSimd.Add(TSimd.Add(c8, c9), TSimd.Add(c10, c11)));
        float* sink = stackalloc float[16];
        TSimd.Store(sink, sum);
        GC.KeepAlive(sink[0] > 0);
    }
}
