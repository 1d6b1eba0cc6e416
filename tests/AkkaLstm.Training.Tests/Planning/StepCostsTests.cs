using AkkaLstm.Training.Planning;

namespace AkkaLstm.Training.Tests.Planning;

public class StepCostsTests
{
    private static readonly StepCosts Two = Costs.Typical with
    {
        Compute = [new(64, 8, 64e-3, 8e6), new(16, 2, 20e-3, 5e6)],
    };

    [Theory]
    [InlineData(64, 64e-3)]
    [InlineData(16, 20e-3)]
    [InlineData(40, 42e-3)]
    [InlineData(8, 10e-3)]
    [InlineData(128, 128e-3)]
    public void ComputeSecondsOf_Lanes_AreMeasuredInterpolatedOrProportional(int lanes, double seconds) =>
        Assert.Equal(seconds, Two.ComputeSecondsOf(lanes, lanes / 8), 1e-12);

    [Theory]
    [InlineData(64, 8e6)]
    [InlineData(40, 6.5e6)]
    [InlineData(1, 5e6)]
    public void GradientBytesOf_SmallOrders_KeepTheirDensePart(int lanes, double bytes) =>
        Assert.Equal(bytes, Two.GradientBytesOf(lanes), 1e-3);

    [Theory]
    [InlineData(1, 8e-6)]
    [InlineData(3, 120e-6)]
    [InlineData(8, 360e-6)]
    public void EmptyStepSecondsOf_Workers_AreMeasuredInterpolatedOrProportional(int workers, double seconds) =>
        Assert.Equal(seconds, Costs.Typical.EmptyStepSecondsOf(workers), 1e-12);

    [Theory]
    [InlineData(2, 0.5)]
    [InlineData(1000, 1.0 / 16)]
    public void LargestSliceShare_OfManyServers_StopsWhereTheBlocksDo(int servers, double share) =>
        Assert.Equal(share, Costs.Typical.LargestSliceShare(servers), 1e-12);
}
