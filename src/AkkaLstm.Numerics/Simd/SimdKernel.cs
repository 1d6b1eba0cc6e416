using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AkkaLstm.Numerics.Simd;

/// <summary>A kernel with its arguments as fields, written once for every vector width.</summary>
internal interface ISimdKernel
{
    /// <summary>Does the work with the given vectors; results go to fields or memory.</summary>
    void Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;
}

/// <summary>Runs a kernel on one path.</summary>
internal static class SimdKernel
{
    /// <summary>Runs the kernel with the vectors of the path; with <see cref="SimdPaths.Current"/> the choice costs nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TKernel>(ref TKernel kernel, SimdPath path)
        where TKernel : struct, ISimdKernel
    {
        switch (path)
        {
            case SimdPath.Avx512:
                kernel.Run<Simd512, Vector512<float>>();
                break;
            case SimdPath.Avx2:
                kernel.Run<Simd256, Vector256<float>>();
                break;
            default:
                kernel.Run<Simd128, Vector128<float>>();
                break;
        }
    }
}
