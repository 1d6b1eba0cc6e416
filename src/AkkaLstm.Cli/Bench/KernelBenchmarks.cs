using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Losses;
using AkkaLstm.Numerics.Optimization;

namespace AkkaLstm.Cli.Bench;

/// <summary>Speed of a product and how much of the core's peak that is.</summary>
/// <param name="Shape">M, N, K.</param>
/// <param name="Gflops">Billions of floating-point operations per second.</param>
/// <param name="PeakShare">Part of the peak that was measured right before, 0 to 1.</param>
internal sealed record GemmSpeed(GemmShape Shape, Sample Gflops, Sample PeakShare);

/// <summary>Speed of a pass over memory.</summary>
/// <param name="Operation">Name.</param>
/// <param name="GigaElements">Billions of elements per second.</param>
internal sealed record ElementwiseSpeed(string Operation, Sample GigaElements);

/// <summary>Kernels on one thread.</summary>
internal static class KernelBenchmarks
{
    private const double RepetitionMs = 40;

    // Fits the second-level cache with its result, as a window's activations do.
    private const int ElementCount = 64 * 1024;

    /// <summary>The core's peak.</summary>
    public static Sample Fma(int repetitions) =>
        Sample.Of([.. Enumerable.Range(0, repetitions).Select(_ => FmaPeak.MeasureGflops())]);

    /// <summary>
    /// One product, in turn with the peak: processors change their clock while they are measured.
    /// </summary>
    public static GemmSpeed Gemm(GemmShape shape, int repetitions, CancellationToken stop)
    {
        (int m, int n, int k) = (shape.M, shape.N, shape.K);
        float[] a = Values(m * k);
        float[] c = new float[m * n];
        var packed = new PackedMatrix(k, n);
        packed.Pack(Values(k * n));
        Action multiply = () => PackedGemm.Multiply(
            MatrixView.ReadOnlyRowMajor(a, 1, m, k, k), packed,
            MatrixView.RowMajor(c, 1, m, n, n));

        int calls = Stopwatches.CallsFor(multiply, RepetitionMs, stop);
        var gflops = new double[repetitions];
        var shares = new double[repetitions];
        for (int i = 0; i < repetitions; i++)
        {
            double peak = FmaPeak.MeasureGflops();
            gflops[i] = shape.Flops * 1e-6 / Stopwatches.TimeMs(multiply, calls, stop);
            shares[i] = gflops[i] / peak;
        }

        return new GemmSpeed(shape, Sample.Of(gflops), Sample.Of(shares));
    }

    /// <summary>Passes over memory that fits the cache.</summary>
    public static IEnumerable<ElementwiseSpeed> Elementwise(int repetitions, CancellationToken stop)
    {
        float[] x = Values(ElementCount);
        float[] y = new float[ElementCount];
        yield return Speed("exp", ElementCount, () => SpanMath.Exp(x, y));
        yield return Speed("tanh", ElementCount, () => SpanMath.Tanh(x, y));
        yield return Speed("sigmoid", ElementCount, () => SpanMath.Sigmoid(x, y));
        yield return Speed("add", ElementCount, () => SpanArithmetic.Add(x, x, y));

        const int rows = 20, classes = 10_000;
        float[] logits = Values(rows * classes);
        float[] scores = new float[logits.Length];
        int[] targets = [.. Enumerable.Range(0, rows).Select(r => r * 7)];
        yield return Speed($"softmax with cross-entropy, V = {classes}", logits.Length, () =>
        {
            var total = default(LossTotal);
            logits.AsSpan().CopyTo(scores);
            SoftmaxCrossEntropy.ForwardBackward(scores, classes, classes, targets, ref total);
        });

        float[] first = new float[ElementCount], second = new float[ElementCount];
        yield return Speed("SGD update", ElementCount, () => OptimizerKernels.Sgd(x, x, y, 1, 0.01f));
        yield return Speed(
            "momentum update", ElementCount, () => OptimizerKernels.Momentum(x, x, first, y, 1, 0.01f, 0.9f));
        yield return Speed(
            "RMSProp update", ElementCount,
            () => OptimizerKernels.RmsProp(x, x, second, y, 1, 0.01f, 0.99f, 1e-8f));

        ElementwiseSpeed Speed(string name, int elements, Action pass) => new(
            name, Stopwatches.MeasureMs(pass, repetitions, RepetitionMs, stop).Map(ms => elements * 1e-6 / ms));
    }

    private static float[] Values(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((2 * random.NextDouble()) - 1))];
    }
}
