using AkkaLstm.Models;

namespace AkkaLstm.Cli.Bench;

/// <summary>Speed of a training step.</summary>
/// <param name="Shape">B, T, I, H, L.</param>
/// <param name="Ms">Milliseconds.</param>
/// <param name="Gflops">Billions of floating-point operations per second.</param>
internal sealed record StepSpeed(LstmShape Shape, Sample Ms, Sample Gflops);

/// <summary>Our training step beside a peer's.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Shape">B, T, I, H, L.</param>
/// <param name="OwnMs">Our milliseconds.</param>
/// <param name="PeerMs">The peer's milliseconds.</param>
/// <param name="Speedup">Peer's over ours, turn by turn: above 1 we are faster.</param>
internal sealed record PeerSpeed(CellKind Cell, LstmShape Shape, Sample OwnMs, Sample PeerMs, Sample Speedup);

/// <summary>Training steps on one thread, alone and beside a peer.</summary>
internal static class StepBenchmarks
{
    private const double TurnMs = 150;

    /// <summary>Measures our step.</summary>
    public static StepSpeed Own(LstmShape shape, int repetitions, CancellationToken stop)
    {
        Sample ms = Stopwatches.MeasureMs(new StepBenchmark(shape).Run, repetitions, TurnMs, stop);
        return new StepSpeed(shape, ms, ms.Map(time => shape.Flops * 1e-6 / time));
    }

    /// <summary>
    /// Measures our step and the peer's in turn, so that both meet the same clock and the same neighbours.
    /// </summary>
    public static async Task<PeerSpeed> BesideAsync(
        TorchPeer peer, CellKind cell, LstmShape shape, int repetitions, CancellationToken stop)
    {
        var own = new StepBenchmark(shape, cell);
        int ownSteps = Stopwatches.CallsFor(own.Run, TurnMs, stop);
        double firstMs = await peer.MeasureMsAsync(cell, shape, 1, stop);
        int peerSteps = Math.Max(1, (int)(TurnMs / firstMs));
        await peer.MeasureMsAsync(cell, shape, peerSteps, stop);

        double[] ownMs = new double[repetitions], peerMs = new double[repetitions], speedups = new double[repetitions];
        for (int i = 0; i < repetitions; i++)
        {
            ownMs[i] = Stopwatches.TimeMs(own.Run, ownSteps, stop);
            peerMs[i] = await peer.MeasureMsAsync(cell, shape, peerSteps, stop);
            speedups[i] = peerMs[i] / ownMs[i];
        }

        return new PeerSpeed(cell, shape, Sample.Of(ownMs), Sample.Of(peerMs), Sample.Of(speedups));
    }
}
