using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Numerics.Tests.Gemm;

public sealed class FmaPeakTests
{
    [Fact]
    public void MeasureGflops_OnThisMachine_IsPositiveAndFinite()
    {
        double gflops = FmaPeak.MeasureGflops();

        Assert.InRange(gflops, 0.01, 10_000);
    }
}
