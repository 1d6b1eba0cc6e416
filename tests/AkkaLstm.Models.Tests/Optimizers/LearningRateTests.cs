using AkkaLstm.Models.Optimizers.Schedules;

namespace AkkaLstm.Models.Tests.Optimizers;

public class LearningRateTests
{
    [Fact]
    public void StepDecay_ZarembaSmall_HalvesFromTheFifthEpochOn()
    {
        double[] rates = [.. Enumerable.Range(0, 8).Select(epoch => LearningRates.StepDecay(1.0, 0.5, after: 4, epoch))];
        Assert.Equal([1, 1, 1, 1, 0.5, 0.25, 0.125, 0.0625], rates);
    }

    [Fact]
    public void CosineWithWarmUp_WholeRun_RisesToTheRateAndFallsToTheMinimum()
    {
        double[] rates = [.. Enumerable.Range(0, 111).Select(step => LearningRates.CosineWithWarmUp(0.1, 0.01, 10, 111, step))];
        Assert.Equal(0.01, rates[0], 12);
        Assert.Equal(0.1, rates[9], 12);
        Assert.Equal(0.1, rates[10], 12);
        Assert.Equal(0.055, rates[60], 12);
        Assert.Equal(0.01, rates[110], 12);
        Assert.True(rates.Skip(10).Zip(rates.Skip(11)).All(pair => pair.First > pair.Second));
        Assert.Equal(0.01, LearningRates.CosineWithWarmUp(0.1, 0.01, 10, 111, 5000), 12);
    }

    [Fact]
    public void Plateau_LossStopsImproving_LowersTheRateAfterPatience()
    {
        var plateau = new Plateau(Factor: 0.5, Patience: 1, Minimum: 0.3);
        PlateauState state = Plateau.Start(1.0);
        var rates = new List<double>();
        foreach (double loss in (double[])[3, 2, 2, 2.5, 1.9, 2, 2, 2, double.NaN])
        {
            state = plateau.Next(state, loss);
            rates.Add(state.LearningRate);
        }

        Assert.Equal([1, 1, 1, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3], rates);
    }
}
