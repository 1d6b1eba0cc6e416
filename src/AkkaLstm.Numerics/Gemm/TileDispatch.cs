using System.Runtime.CompilerServices;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>Chooses the kernel that is compiled for a tile's size.</summary>
internal static class TileDispatch
{
    /// <summary>Runs <see cref="TileKernel"/> for a tile of 1 to 6 rows and 1 to 4 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TSimd, TVector>(ref TileTask task, int rows, int vectors)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        switch (vectors)
        {
            case 1: Run<TSimd, TVector, One>(ref task, rows); break;
            case 2: Run<TSimd, TVector, Two>(ref task, rows); break;
            case 3: Run<TSimd, TVector, Three>(ref task, rows); break;
            default: Run<TSimd, TVector, Four>(ref task, rows); break;
        }
    }

    /// <summary>Runs <see cref="GradientTileKernel"/> for a tile of 1 to 6 rows and 1 to 4 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TSimd, TVector>(ref GradientTileTask task, int rows, int vectors)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        switch (vectors)
        {
            case 1: Run<TSimd, TVector, One>(ref task, rows); break;
            case 2: Run<TSimd, TVector, Two>(ref task, rows); break;
            case 3: Run<TSimd, TVector, Three>(ref task, rows); break;
            default: Run<TSimd, TVector, Four>(ref task, rows); break;
        }
    }

    private static void Run<TSimd, TVector, TVectors>(ref TileTask task, int rows)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
        where TVectors : struct, ICount
    {
        switch (rows)
        {
            case 1: TileKernel.Run<TSimd, TVector, One, TVectors>(ref task); break;
            case 2: TileKernel.Run<TSimd, TVector, Two, TVectors>(ref task); break;
            case 3: TileKernel.Run<TSimd, TVector, Three, TVectors>(ref task); break;
            case 4: TileKernel.Run<TSimd, TVector, Four, TVectors>(ref task); break;
            case 5: TileKernel.Run<TSimd, TVector, Five, TVectors>(ref task); break;
            default: TileKernel.Run<TSimd, TVector, Six, TVectors>(ref task); break;
        }
    }

    private static void Run<TSimd, TVector, TVectors>(ref GradientTileTask task, int rows)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
        where TVectors : struct, ICount
    {
        switch (rows)
        {
            case 1: GradientTileKernel.Run<TSimd, TVector, One, TVectors>(ref task); break;
            case 2: GradientTileKernel.Run<TSimd, TVector, Two, TVectors>(ref task); break;
            case 3: GradientTileKernel.Run<TSimd, TVector, Three, TVectors>(ref task); break;
            case 4: GradientTileKernel.Run<TSimd, TVector, Four, TVectors>(ref task); break;
            case 5: GradientTileKernel.Run<TSimd, TVector, Five, TVectors>(ref task); break;
            default: GradientTileKernel.Run<TSimd, TVector, Six, TVectors>(ref task); break;
        }
    }
}
