using AkkaLstm.Models;

namespace AkkaLstm.Cli.Bench;

/// <summary>Speed of a cell's training step.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Shape">B, T, I, H, L.</param>
/// <param name="Ms">Milliseconds.</param>
/// <param name="Gflops">Billions of floating-point operations of its own products per second.</param>
/// <param name="BesideLstm">Its GFLOP/s over those of lstm, turn by turn.</param>
internal sealed record CellSpeed(CellKind Cell, LstmShape Shape, Sample Ms, Sample Gflops, Sample BesideLstm);

/// <summary>
/// Training steps of every cell, in turn with lstm. The shapes are the small ones, where the cells' own arithmetic
/// weighs most beside the products.
/// </summary>
internal static class CellBenchmarks
{
    private const double TurnMs = 40;

    /// <summary>The shapes that are measured.</summary>
    public static IReadOnlyList<LstmShape> Shapes { get; } = [LstmShape.Standard[0], LstmShape.Standard[1]];

    /// <summary>Measures one cell.</summary>
    public static CellSpeed Measure(CellKind cell, LstmShape shape, int repetitions, CancellationToken stop)
    {
        var own = new StepBenchmark(shape, cell);
        var lstm = new StepBenchmark(shape);
        int ownCalls = Stopwatches.CallsFor(own.Run, TurnMs, stop);
        int lstmCalls = Stopwatches.CallsFor(lstm.Run, TurnMs, stop);
        double[] ms = new double[repetitions], ratios = new double[repetitions];
        for (int i = 0; i < repetitions; i++)
        {
            ms[i] = Stopwatches.TimeMs(own.Run, ownCalls, stop);
            double lstmMs = Stopwatches.TimeMs(lstm.Run, lstmCalls, stop);
            ratios[i] = own.Flops / ms[i] / (lstm.Flops / lstmMs);
        }

        var sample = Sample.Of(ms);
        return new CellSpeed(cell, shape, sample, sample.Map(time => own.Flops * 1e-6 / time), Sample.Of(ratios));
    }
}
