using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>
/// What is done with a panel of a product as soon as it is finished and still in the first-level cache. A struct, so that the loop is
/// compiled with it and pays for no call.
/// </summary>
internal interface IPanelEpilogue
{
    /// <summary>Rows [firstRow, firstRow + rowCount) of columns [firstColumn, endColumn), at most 64 of them, are finished.</summary>
    void Finish<TSimd, TVector>(int firstRow, int rowCount, int firstColumn, int endColumn)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;
}

/// <summary>Nothing is done.</summary>
internal readonly struct NoEpilogue : IPanelEpilogue
{
    /// <inheritdoc/>
    public void Finish<TSimd, TVector>(int firstRow, int rowCount, int firstColumn, int endColumn)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
    }
}
