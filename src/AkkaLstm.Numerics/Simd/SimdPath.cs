using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AkkaLstm.Numerics.Simd;

/// <summary>The vector width that the kernels run with. All paths give the same bits.</summary>
public enum SimdPath
{
    /// <summary>Four lanes; also where there is no fused multiply-add in hardware.</summary>
    Portable,

    /// <summary>Eight lanes: AVX2 with FMA.</summary>
    Avx2,

    /// <summary>Sixteen lanes: AVX-512.</summary>
    Avx512,
}

/// <summary>Which path this process takes.</summary>
public static class SimdPaths
{
    /// <summary>
    /// The widest path that the processor and the runtime's switches allow. The just-in-time compiler knows it as a constant, so a
    /// branch on it costs nothing.
    /// </summary>
    public static SimdPath Current =>
        Vector512.IsHardwareAccelerated ? SimdPath.Avx512
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? SimdPath.Avx2
        : SimdPath.Portable;
}
