using System.Runtime.CompilerServices;
using AkkaLstm.Data;
using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Protocol;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Execution;
using AkkaLstm.Training.Execution.Payloads;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Execution;

/// <summary>What the codec of one process sends, that of another gets, bit by bit; and nothing else is let in.</summary>
public sealed class PayloadCodecTests : IDisposable
{
    private const float Poison = -77;

    private readonly TemporaryDirectory _directory = new();
    private readonly JobContext _sender;
    private readonly JobContext _receiver;
    private readonly PayloadCodec _from;
    private readonly PayloadCodec _to;

    public PayloadCodecTests()
    {
        // The embedding is two blocks of rows, so that three servers cut it.
        string text = _directory.Write(
            "text.txt", string.Concat(Enumerable.Range(0, 900).Select(i => $"{(char)('!' + (i % 90))}line {i}\n")));
        var plan = new PlanOptions
        {
            Data = text, Task = DataTask.CharLm, Hidden = 24, Embedding = 300, Window = 6, Batch = 8, Shards = 4,
        };
        _sender = TestJobs.Context(plan, _directory["sender"]);
        _receiver = TestJobs.Context(plan, _directory["receiver"]);
        _from = new PayloadCodec(_sender, keepsCarries: false);
        _to = new PayloadCodec(_receiver, keepsCarries: false);
    }

    public void Dispose() => _directory.Dispose();

    private ParameterLayout Layout => _sender.Layout;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(40)] // some slices are empty
    public void ValuesOf_ParametersOfAllSlices_BecomeOneFlatArray(int sliceCount)
    {
        float[] values = Values(Layout.TotalLength, 1);
        var place = Place(PayloadKind.Parameters, step: 4);
        var payloads = new List<ParameterPayload>();
        for (int k = 0; k < sliceCount; k++)
            payloads.Add((ParameterPayload)Transfer(Parameters(values, 4, k, sliceCount), place with { Slice = new SliceId(k, sliceCount) }));

        Assert.All(payloads, payload => Assert.Same(payloads[0].Owner, payload.Owner));
        AssertSameBits(values, payloads[0].Owner.ValuesOf(Layout.Whole, 4).ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(40)]
    public void ValuesOf_GradientWithRows_ArrivesAsTheSharesOfTheSlices(int sliceCount)
    {
        Gradient gradient = SparseGradient(rowStep: 3);
        var payload = new GradientPayload(gradient);
        foreach (ParameterSlice slice in Layout.Split(sliceCount))
        {
            var place = Place(PayloadKind.Gradient, step: 4) with { Slice = new SliceId(slice.Index, sliceCount) };
            Gradient received = ((GradientPayload)Transfer(payload, place)).Gradient;

            Assert.Equal(slice, received.Slice);
            AssertSameBits(Dense(gradient, slice), received.Dense.Span);
            int[] expectedRows = [.. gradient.Rows.TouchedIndices.ToArray().Where(r => r >= received.FirstRow && r < received.EndRow)];
            Assert.Equal(expectedRows, received.Rows.TouchedIndices.ToArray());
            for (int i = 0; i < received.Rows.Count; i++)
            {
                int row = received.Rows.Indices[i];
                AssertSameBits(gradient.Rows.Row(gradient.Rows.LowerBound(row)), received.Rows.Row(i));
            }
        }
    }

    [Fact]
    public void TryAdopt_Gradient_IsUsedWhereItLiesAndTheNextOneIsNot()
    {
        Gradient gradient = SparseGradient(rowStep: 3);
        var payload = new GradientPayload(gradient);
        for (int step = 0; step < 6; step++)
        {
            bool adopts = step % 2 == 0;
            Gradient received = ((GradientPayload)Transfer(payload, Place(PayloadKind.Gradient, step), adopts)).Gradient;

            Assert.Equal(adopts, received.Dense.Equals(gradient.Dense));
            AssertSameBits(gradient.Dense.Span, received.Dense.Span);
            Assert.Equal(gradient.Rows.TouchedIndices.ToArray(), received.Rows.TouchedIndices.ToArray());
            if (!adopts) received.Dense.Span.Fill(Poison);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TryAdopt_Parameters_OnlyAllOfThemAreUsedWhereTheyLie(int sliceCount)
    {
        var place = Place(PayloadKind.Parameters, step: 4);
        for (int step = 0; step < 6; step++)
        {
            float[] values = Values(Layout.TotalLength, step);
            ParameterPayload[] sent = [.. Enumerable.Range(0, sliceCount).Select(k => Parameters(values, step, k, sliceCount))];
            ParameterPayload[] received =
            [
                .. sent.Select((payload, k) => (ParameterPayload)Transfer(
                    payload,
                    place with { Fence = new Fence("run", 1, 1, step), Slice = new SliceId(k, sliceCount) },
                    adopts: step % 2 == 0)),
            ];

            bool isAdopted = sliceCount == 1 && step % 2 == 0;
            Assert.Equal(isAdopted, received[0].ValuesOf(step).Equals(sent[0].ValuesOf(step)));
            Assert.Equal(isAdopted, received[0].Owner.Packed(step).Packed.IsEmpty); // it has not packed anything itself
            AssertSameBits(values, received[0].Owner.ValuesOf(Layout.Whole, step).ToArray());
            Assert.Equal(Predict(values), Predict(received[0].Owner, step));
        }
    }

    [Fact]
    public void ValuesOf_GradientOfOneSlice_CanBePassedOn()
    {
        var place = Place(PayloadKind.Gradient, step: 4) with { Slice = new SliceId(0, 3) };
        Gradient gradient = SparseGradient(rowStep: 2);
        Payload once = Transfer(new GradientPayload(gradient), place);

        var twice = (GradientPayload)TransferringExecutors.Transfer(once, _to, _from, place);

        AssertSameBits(((GradientPayload)once).Gradient.Dense.Span, twice.Gradient.Dense.Span);
        Assert.Equal(((GradientPayload)once).Gradient.Rows.TouchedIndices.ToArray(), twice.Gradient.Rows.TouchedIndices.ToArray());
    }

    [Fact]
    public void ValuesOf_Carry_KeepsItsBits()
    {
        float[] values = Values(_sender.ShardCarryLength, 2);

        var received = (CarryPayload)Transfer(new CarryPayload(values), Place(PayloadKind.Carry, 4));

        AssertSameBits(values, received.Values.Span);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ValuesOf_State_ArrivesAsOneSlicesOwn(bool isShared)
    {
        ParameterSlice slice = Layout.Split(3)[1];
        TrainingState state = _sender.NewState();
        Values(state.Parameters.Length, 3).CopyTo(state.Parameters, 0);
        for (int m = 0; m < state.Moments.Length; m++) Values(state.Parameters.Length, 4 + m).CopyTo(state.Moments[m], 0);
        float[] Cut(float[] all) => all.AsSpan(slice.Start, slice.Length).ToArray();
        Payload payload = isShared
            ? new SnapshotPayload(state, slice)
            : new SliceStatePayload(new SliceState(Cut(state.Parameters), [.. state.Moments.Select(Cut)]));

        var received = (SliceStatePayload)Transfer(payload, Place(PayloadKind.State, 4) with { Slice = new SliceId(1, 3) });

        AssertSameBits(Cut(state.Parameters), received.Parameters);
        Assert.Equal(2, received.Moments.Length);
        for (int m = 0; m < 2; m++) AssertSameBits(Cut(state.Moments[m]), received.Moments[m]);
    }

    [Fact]
    public void ValuesOf_PayloadOfAnotherKindOrSlice_Throws()
    {
        Payload parameters = Parameters(Values(Layout.TotalLength, 1), 4, 0, 2);

        Assert.Throws<ArgumentException>(() => _from.ValuesOf(parameters, Place(PayloadKind.Gradient, 4)));
        Assert.Throws<ArgumentException>(() => _from.ValuesOf(parameters, Place(PayloadKind.Parameters, 4)));
        Assert.Throws<ArgumentException>(
            () => _from.ValuesOf(parameters, Place(PayloadKind.Parameters, 4) with { Slice = new SliceId(5, 5) }));
    }

    public static TheoryData<PayloadKind, int[]> WrongLengths => new()
    {
        { PayloadKind.Parameters, [] },
        { PayloadKind.Parameters, [7] },
        { PayloadKind.Parameters, [int.MaxValue] },
        { PayloadKind.Carry, [] },
        { PayloadKind.Carry, [1] },
        { PayloadKind.Carry, [-1] },
        { PayloadKind.State, [1, 1, 1] },
        { PayloadKind.State, [] },
        { PayloadKind.Gradient, [] },
        { PayloadKind.Gradient, [1] },
        { PayloadKind.Gradient, [1, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(WrongLengths))]
    public void TryOpen_OtherLengths_IsRefused(PayloadKind kind, int[] lengths) =>
        Assert.Null(_to.Expect(Place(kind, 4)).TryOpen(lengths));

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 300)]
    [InlineData(100_000, 30_000_000)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void TryOpen_RowsThatCannotBe_IsRefused(int rowCount, int rowValues) =>
        Assert.Null(_to.Expect(Place(PayloadKind.Gradient, 4)).TryOpen([Layout.DenseLength, rowCount, rowValues]));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(-1, 1)]
    [InlineData(0, int.MaxValue)]
    [InlineData(0, -1)]
    public void TryOpen_SliceThatCannotBe_IsRefused(int index, int count)
    {
        foreach (PayloadKind kind in Enum.GetValues<PayloadKind>())
            Assert.Null(_to.Expect(Place(kind, 4) with { Slice = new SliceId(index, count) }).TryOpen([1]));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    [InlineData(-1, 3)]
    [InlineData(3, 1_000_000)]
    public void TryComplete_RowsOutOfOrderOrPlace_IsRefused(int first, int second)
    {
        PayloadIntake intake = _to.Expect(Place(PayloadKind.Gradient, 4));
        IReadOnlyList<Memory<float>> runs = intake.TryOpen([Layout.DenseLength, 2, 2 * Layout.SparseRowWidth])!;
        runs[1].Span[0] = BitConverter.Int32BitsToSingle(first);
        runs[1].Span[1] = BitConverter.Int32BitsToSingle(second);

        Assert.False(intake.TryComplete());
        Assert.Throws<InvalidOperationException>(() => ((GradientPayload)intake.Payload).Gradient);
    }

    [Fact]
    public void TryOpen_SameSliceOfAStepAgain_LeavesTheFirstAlone()
    {
        float[] values = Values(Layout.TotalLength, 1);
        var place = Place(PayloadKind.Parameters, 4);
        var first = (ParameterPayload)Transfer(Parameters(values, 4, 0, 1), place);

        PayloadIntake again = _to.Expect(place);
        again.TryOpen([Layout.TotalLength])![0].Span.Fill(Poison);
        again.Abandon();

        AssertSameBits(values, first.Owner.ValuesOf(Layout.Whole, 4).ToArray());
    }

    [Fact]
    public void TryOpen_SliceThatWasAbandoned_ComesToItsPlaceAmongTheOthers()
    {
        float[] values = Values(Layout.TotalLength, 1);
        var place = Place(PayloadKind.Parameters, 4);
        var first = (ParameterPayload)Transfer(Parameters(values, 4, 0, 2), place with { Slice = new SliceId(0, 2) });
        PayloadIntake broken = _to.Expect(place with { Slice = new SliceId(1, 2) });
        broken.TryOpen([Layout.Split(2)[1].Length])![0].Span.Fill(Poison);
        broken.Abandon();

        Transfer(Parameters(values, 4, 1, 2), place with { Slice = new SliceId(1, 2) });

        AssertSameBits(values, first.Owner.ValuesOf(Layout.Whole, 4).ToArray());
    }

    [Fact]
    public void TryOpen_WhileAnOlderStepIsBeingWritten_TakesOtherMemory()
    {
        PayloadIntake late = _to.Expect(Place(PayloadKind.Parameters, 4));
        Memory<float> lateMemory = late.TryOpen([Layout.TotalLength])![0];
        for (int step = 5; step < 10; step++)
        {
            float[] values = Values(Layout.TotalLength, step);
            var payload = (ParameterPayload)Transfer(Parameters(values, step, 0, 1), Place(PayloadKind.Parameters, step));
            lateMemory.Span.Fill(Poison);

            AssertSameBits(values, payload.Owner.ValuesOf(Layout.Whole, step).ToArray());
        }
    }

    [Fact]
    public void TryOpen_ValuesOfAStep_StayThroughTheNext()
    {
        float[] values = Values(_sender.ShardCarryLength, 2);
        var carry = (CarryPayload)Transfer(new CarryPayload(values), Place(PayloadKind.Carry, 4));
        Gradient gradient = SparseGradient(3);
        var received = (GradientPayload)Transfer(new GradientPayload(gradient), Place(PayloadKind.Gradient, 4));

        for (int i = 0; i < 3; i++)
        {
            Transfer(new CarryPayload(Values(values.Length, 50 + i)), Place(PayloadKind.Carry, 5));
            Transfer(new GradientPayload(SparseGradient(1)), Place(PayloadKind.Gradient, 5));
        }

        AssertSameBits(values, carry.Values.Span);
        AssertSameBits(gradient.Dense.Span, received.Gradient.Dense.Span);
    }

    [Fact]
    public void TryOpen_LaterGenerationAtAnEarlierStep_PacksItsOwnParameters()
    {
        float[] before = Values(Layout.TotalLength, 1);
        float[] after = Values(Layout.TotalLength, 9);
        var first = (ParameterPayload)Transfer(Parameters(before, 8, 0, 1), Place(PayloadKind.Parameters, 8));
        _ = first.Owner.Packed(8);
        var place = Place(PayloadKind.Parameters, 2);
        place = place with { Fence = place.Fence with { Generation = 2 } };

        var second = (ParameterPayload)Transfer(Parameters(after, 2, 0, 1), place);

        Assert.Equal(first.ValuesOf(8), second.ValuesOf(2)); // the same memory
        AssertSameBits(after, second.Owner.ValuesOf(Layout.Whole, 2).ToArray());
        float[] expected = Predict(after);
        Assert.Equal(expected, Predict(second.Owner, 2));
        Assert.NotEqual(expected, Predict(before));
    }

    [Fact]
    public void TryOpen_OrderOfTheGenerationBeforeBeginsMeanwhile_DoesNotPassForTheLater()
    {
        float[] after = Values(Layout.TotalLength, 9);
        var first = (ParameterPayload)Transfer(
            Parameters(Values(Layout.TotalLength, 1), 8, 0, 1), Place(PayloadKind.Parameters, 8));
        var place = Place(PayloadKind.Parameters, 2);
        PayloadIntake intake = _to.Expect(place with { Fence = place.Fence with { Generation = 2 } });
        Memory<float> coming = intake.TryOpen([Layout.TotalLength])![0];
        Assert.Equal(first.ValuesOf(8), coming);

        _ = first.Owner.Packed(8); // given out before the generation ended, and only now begun
        after.CopyTo(coming);
        Assert.True(intake.TryComplete());

        Assert.Equal(Predict(after), Predict(((ParameterPayload)intake.Payload).Owner, 2));
    }

    [Fact]
    public void TryOpen_KeptCarries_AreNeverUsedAgain()
    {
        var keeper = new PayloadCodec(_receiver, keepsCarries: true);
        float[] values = Values(_sender.ShardCarryLength, 2);
        var carry = (CarryPayload)TransferringExecutors.Transfer(
            new CarryPayload(values), _from, keeper, Place(PayloadKind.Carry, 4));

        for (int step = 5; step < 20; step++)
            TransferringExecutors.Transfer(new CarryPayload(Values(values.Length, step)), _from, keeper, Place(PayloadKind.Carry, step));

        AssertSameBits(values, carry.Values.Span);
    }

    [Fact]
    public void TryOpen_ManyThreadsOverManySteps_EachStepIsWhole()
    {
        const int StepCount = 40;
        const int SliceCount = 4;
        float[][] values = [.. Enumerable.Range(0, StepCount).Select(step => Values(Layout.TotalLength, 100 + step))];
        for (int step = 0; step < StepCount; step++)
        {
            var payloads = new ParameterPayload[SliceCount];
            var gradients = new GradientPayload[SliceCount];
            Gradient gradient = SparseGradient(1 + (step % 4));
            Parallel.For(0, 2 * SliceCount, i =>
            {
                var slice = new SliceId(i / 2, SliceCount);
                if (i % 2 == 0)
                {
                    payloads[slice.Index] = (ParameterPayload)Transfer(
                        Parameters(values[step], step, slice.Index, SliceCount),
                        Place(PayloadKind.Parameters, step) with { Slice = slice });
                }
                else
                {
                    gradients[slice.Index] = (GradientPayload)Transfer(
                        new GradientPayload(gradient), Place(PayloadKind.Gradient, step) with { Slice = slice });
                }
            });

            Assert.All(payloads, payload => Assert.Same(payloads[0].Owner, payload.Owner));
            AssertSameBits(values[step], payloads[0].Owner.ValuesOf(Layout.Whole, step).ToArray());
            AssertSameBits(
                gradient.Dense.ToArray(), [.. gradients.SelectMany(received => received.Gradient.Dense.ToArray())]);
            Assert.Equal(
                gradient.Rows.TouchedIndices.ToArray(),
                gradients.SelectMany(received => received.Gradient.Rows.TouchedIndices.ToArray()));
        }
    }

    [Theory]
    [InlineData(PayloadKind.Parameters)]
    [InlineData(PayloadKind.Gradient)]
    [InlineData(PayloadKind.Carry)]
    public void TryOpen_ValuesOfAStepAgainAndAgain_AreRefusedInTheEndUntilTheStepsAreOver(PayloadKind kind)
    {
        const int More = 1000;
        int length = kind == PayloadKind.Carry ? _sender.ShardCarryLength : Layout.TotalLength;
        int[] lengths = kind == PayloadKind.Gradient
            ? [.. _from.ValuesOf(new GradientPayload(SparseGradient(3)), Place(kind, 4)).Select(run => run.Length)]
            : [length];
        bool Comes(long step)
        {
            PayloadIntake intake = _to.Expect(Place(kind, step));
            if (intake.TryOpen(lengths) is null) return false;
            intake.TryComplete();
            return true;
        }

        int taken = Enumerable.Range(0, More).Count(_ => Comes(step: 4));

        Assert.InRange(taken, 16, More / 2);
        Assert.True(Comes(step: 6));
    }

    [Fact]
    public void TryOpen_BuffersThatOneStepNeededAndTheNextOnesDoNot_AreLetGo()
    {
        WeakReference[] burst = Burst();
        for (int step = 5; step < 20; step++)
            Transfer(new GradientPayload(SparseGradient(2)), Place(PayloadKind.Gradient, step));

        GC.Collect();

        Assert.InRange(burst.Count(gradient => gradient.IsAlive), 0, 2);

        [MethodImpl(MethodImplOptions.NoInlining)] // no local keeps them
        WeakReference[] Burst() =>
        [
            .. Enumerable.Range(0, 10).Select(_ => new WeakReference(
                ((GradientPayload)Transfer(new GradientPayload(SparseGradient(2)), Place(PayloadKind.Gradient, 4))).Gradient)),
        ];
    }

    [Fact]
    public void Expect_WarmSteps_AllocateNoBuffers()
    {
        const int WarmSteps = 5;
        const int MeasuredSteps = 20;
        const long MostBytesPerStep = 4_000; // intakes, lists of runs, a payload each; the values are some 200,000 bytes
        Payload parameters = Parameters(Values(Layout.TotalLength, 1), 4, 0, 1);
        var gradient = new GradientPayload(SparseGradient(2));
        var carry = new CarryPayload(Values(_sender.ShardCarryLength, 2));
        long before = 0;
        for (int step = 0; step < WarmSteps + MeasuredSteps; step++)
        {
            if (step == WarmSteps) before = GC.GetAllocatedBytesForCurrentThread();
            Pass(parameters, Place(PayloadKind.Parameters, step));
            Pass(gradient, Place(PayloadKind.Gradient, step));
            Pass(carry, Place(PayloadKind.Carry, step));
        }

        long bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / MeasuredSteps;
        Assert.True(bytes < MostBytesPerStep, $"{bytes} bytes a step");

        void Pass(Payload payload, PayloadPlace place)
        {
            IReadOnlyList<ReadOnlyMemory<float>> runs = _from.ValuesOf(payload, place);
            PayloadIntake intake = _to.Expect(place);
            int[] lengths = new int[runs.Count];
            for (int i = 0; i < lengths.Length; i++) lengths[i] = runs[i].Length;
            IReadOnlyList<Memory<float>> memory = intake.TryOpen(lengths)!;
            for (int i = 0; i < lengths.Length; i++) runs[i].CopyTo(memory[i]);
            intake.TryComplete();
        }
    }

    private Payload Transfer(Payload payload, PayloadPlace place, bool adopts = false) =>
        TransferringExecutors.Transfer(payload, _from, _to, place, adopts);

    private static PayloadPlace Place(PayloadKind kind, long step) =>
        new(kind, new Fence("run", 1, 1, step), new SliceId(0, 1));

    private ParameterPayload Parameters(float[] values, long step, int slice, int sliceCount)
    {
        var buffers = new ParameterBuffers(_sender.Spec, seed: 1, Layout.Whole, length => new AlignedBuffer(length).Memory);
        values.CopyTo(buffers.ValuesOf(Layout.Whole, step));
        return new ParameterPayload(new ParameterPlace(buffers, Layout.Split(sliceCount)[slice]));
    }

    private Gradient SparseGradient(int rowStep)
    {
        var gradient = new Gradient(Layout);
        Values(gradient.Dense.Length, 7).CopyTo(gradient.Dense);
        for (int row = 1; row < Layout.SparseRowCount; row += rowStep)
        {
            gradient.Rows.EnsureCapacity(gradient.Rows.Count + 1);
            gradient.Rows.Indices[gradient.Rows.Count++] = row;
            Values(Layout.SparseRowWidth, row).CopyTo(gradient.Rows.Row(gradient.Rows.Count - 1));
        }

        Assert.True(gradient.Rows.Count > 10);
        return gradient;
    }

    private ReadOnlySpan<float> Dense(Gradient gradient, ParameterSlice slice)
    {
        int start = Math.Max(slice.Start, Layout.DenseStart);
        return slice.End <= start ? [] : gradient.Dense.Span.Slice(start - Layout.DenseStart, slice.End - start);
    }

    private float[] Predict(float[] parameters)
    {
        var buffers = new ParameterBuffers(_sender.Spec, seed: 1, Layout.Whole, length => new AlignedBuffer(length).Memory);
        parameters.CopyTo(buffers.ValuesOf(Layout.Whole, 0));
        return Predict(buffers, 0);
    }

    private float[] Predict(IParameterOwner owner, long step)
    {
        var batch = _sender.Train.Shape.CreateBatch(1);
        _sender.Train.Fill(batch, 0, 0, 0, 1);
        var carry = new float[_sender.Spec.CarryLength];
        var outputs = new float[_sender.Spec.OutputSize];
        _sender.Model.Predict(
            owner.Packed(step), batch, carry, carry, new Models.ModelWorkspace(_sender.Spec, _sender.Train.Shape.WindowLength, 1), outputs);
        return outputs;
    }

    /// <summary>Values with every kind of bits: NaN payloads, infinities, -0 and denormals are among them.</summary>
    private static float[] Values(int count, int seed)
    {
        var random = new System.Random(seed);
        float[] values = [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        float[] special = [-0f, float.Epsilon, float.NegativeInfinity, BitConverter.Int32BitsToSingle(0x7FA0_1234)];
        if (seed != 1 && seed != 9) special.AsSpan(0, Math.Min(special.Length, count)).CopyTo(values);
        return values;
    }

    private static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) =>
        Assert.Equal(
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(expected).ToArray(),
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(actual).ToArray());
}
