using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Losses;
using AkkaLstm.Numerics.Optimization;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Numerics.Tests;

public sealed class AllocationTests
{
    [Fact]
    public void Kernels_OnceCompiled_AllocateNothing()
    {
        const int Rows = 6;
        const int V = 67;
        float[] a = TestNumbers.Normal(Rows * V, 1);
        float[] b = TestNumbers.Normal(Rows * V, 2);
        float[] c = new float[Rows * V];
        float[] d = new float[Rows * V];
        int[] targets = TestNumbers.Integers(Rows, V, 3);
        bool[] mask = new bool[Rows];
        LossTotal total = default;
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(4 * Rows, total.Count);

        void Run()
        {
            SpanMath.Tanh(a, c);
            SpanArithmetic.Add(a, b, c);
            SpanArithmetic.Axpy(2, a, c);
            _ = SpanReductions.SumOfSquares(a);
            _ = SpanReductions.AllFinite(a);
            OptimizerKernels.Momentum(a, b, d, c, 1, 0.1f, 0.9f);
            SoftmaxCrossEntropy.Forward(a, V, V, targets, ref total);
            SoftmaxCrossEntropy.ForwardBackward(c, V, V, targets, ref total);
            SquaredError.Forward(a, V, V, b, mask, ref total);
            Softmax.Probabilities(a, 1, c);
            DropoutMask.Fill(new RandomKey(1, RandomPurpose.Dropout, 1), 0.5f, 1, Rows, 0, V, c, V);
            RandomStream stream = new RandomKey(1, RandomPurpose.Initialization).OpenStream();
            stream.FillNormal(c, 0, 1);
        }
    }
}
