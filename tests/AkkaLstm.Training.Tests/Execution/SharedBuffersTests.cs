using System.Buffers;
using AkkaLstm.Models;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Protocol;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Execution;

namespace AkkaLstm.Training.Tests.Execution;

public sealed class SharedBuffersTests
{
    private static readonly ModelSpec Spec = new()
    {
        Input = InputKind.Values, InputSize = 3, HiddenSize = 40, LayerCount = 2, OutputSize = 5, Loss = LossKind.SquaredError,
    };

    [Fact]
    public async Task Packed_ManyThreadsOverManySteps_AllGetTheWholeOfTheirStep()
    {
        const int ThreadCount = 4;
        const int StepCount = 200;
        ParameterSlice whole = ParameterLayout.For(Spec).Whole;
        var buffers = new ParameterBuffers(Spec, seed: 1, whole, length => new AlignedBuffer(length).Memory);
        float[][] outputs = [.. Enumerable.Range(0, ThreadCount).Select(_ => new float[StepCount])];
        using var barrier = new Barrier(
            ThreadCount,
            after => buffers.ValuesOf(whole, after.CurrentPhaseNumber).Span.Fill(Value(after.CurrentPhaseNumber)));

        await Task.WhenAll(Enumerable.Range(0, ThreadCount).Select(thread => Task.Factory.StartNew(
            () =>
            {
                for (int step = 0; step < StepCount; step++)
                {
                    barrier.SignalAndWait(); // its action writes the parameters of this step
                    outputs[thread][step] = Predict(buffers.Packed(step));
                }
            },
            TaskCreationOptions.LongRunning)));

        for (int step = 0; step < StepCount; step++)
        {
            var expected = new ModelWeights(Spec);
            float[] parameters = new float[whole.Length];
            Array.Fill(parameters, Value(step));
            expected.Load(parameters);
            Assert.All(outputs, output => Assert.Equal(Predict(expected), output[step]));
        }

        static float Value(long step) => 0.001f * (step + 1);
    }

    [Fact]
    public async Task Get_StepWhileAnEarlierOneIsBeingPacked_WaitsForItsEnd()
    {
        // As in a server whose workers are elsewhere: one was so slow that the others have closed two steps meanwhile.
        int length = ParameterLayout.For(Spec).TotalLength;
        using var early = new SlowMemory(length);
        float[] late = new float[length];
        Array.Fill(late, 0.01f);
        var packed = new PackedStep(Spec, 1, count => new AlignedBuffer(count).Memory);
        Task<ModelWeights> first = Task.Run(() => packed.Get(0, 0, early.Values));
        Assert.True(early.IsBeingRead.Wait(TimeSpan.FromMinutes(1)));
        Task<ModelWeights> second = Task.Run(() => packed.Get(2, 2, late));

        // Alone it would take microseconds.
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(TimeSpan.FromMilliseconds(300))));
        early.GoOn.Set();
        await Task.WhenAll(first, second).WaitAsync(TimeSpan.FromMinutes(1));

        var expected = new ModelWeights(Spec);
        expected.Load(late);
        Assert.Equal(Predict(expected), Predict(await second));
    }

    [Fact]
    public void Join_SlicesOfOneSnapshot_ShareAState()
    {
        var pool = new SnapshotPool(() => new TrainingState([], [], []));
        var fence = new Fence("run", 1, 1, 5);

        TrainingState first = pool.Join(fence, new SliceId(0, 2));
        TrainingState other = pool.Join(fence.At(6), new SliceId(0, 2));
        TrainingState second = pool.Join(fence, new SliceId(1, 2));

        Assert.Same(first, second);
        Assert.NotSame(first, other);
    }

    [Fact]
    public void Join_SameStepAgain_GetsAnotherState()
    {
        var pool = new SnapshotPool(() => new TrainingState([], [], []));
        var fence = new Fence("run", 1, 1, 5);

        Assert.NotSame(pool.Join(fence, new SliceId(0, 1)), pool.Join(fence, new SliceId(0, 1)));
    }

    [Fact]
    public void Join_AfterAReturn_TakesTheStateAgain()
    {
        var pool = new SnapshotPool(() => new TrainingState([], [], []));
        TrainingState state = pool.Join(new Fence("run", 1, 1, 5), new SliceId(0, 1));
        pool.Return(state);

        Assert.Same(state, pool.Join(new Fence("run", 1, 1, 6), new SliceId(0, 1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(5000)]
    public void Of_SampledBitChanged_Differs(int length)
    {
        float[] values = [.. Enumerable.Range(0, length).Select(i => i * 0.5f)];
        ulong before = Checksum.Of(values);

        Assert.Equal(before, Checksum.Of(values));
        if (length == 0) return;
        values[0] = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(values[0]) ^ 1);
        Assert.NotEqual(before, Checksum.Of(values));
    }

    private static float Predict(ModelWeights weights)
    {
        var batch = new Numerics.Batches.SequenceBatch(1, 1, Spec.InputSize, Spec.OutputSize);
        batch.Reshape(1, 0, 1);
        Array.Fill(batch.Values, 1f);
        var carry = new float[Spec.CarryLength];
        var outputs = new float[Spec.OutputSize];
        new SequenceModel(Spec).Predict(weights, batch, carry, carry, new ModelWorkspace(Spec, 1, 1), outputs);
        return outputs.Sum();
    }

    /// <summary>Parameters whose reader gets no further for a while.</summary>
    private sealed class SlowMemory(int length) : MemoryManager<float>
    {
        private readonly float[] _values = new float[length];

        public ManualResetEventSlim IsBeingRead { get; } = new();

        public ManualResetEventSlim GoOn { get; } = new();

        public Memory<float> Values => CreateMemory(length);

        public override Span<float> GetSpan()
        {
            IsBeingRead.Set();
            Assert.True(GoOn.Wait(TimeSpan.FromMinutes(1)));
            return _values;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            IsBeingRead.Dispose();
            GoOn.Dispose();
        }
    }
}
