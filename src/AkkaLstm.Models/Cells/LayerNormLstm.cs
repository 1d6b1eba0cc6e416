using System.Runtime.Intrinsics;
using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// LSTM with layer normalisation (Ba, Kiros and Hinton 2016, "Layer Normalization", equations 20 to 22). N(v) = (v -
/// mean) / sqrt(variance + epsilon) over all elements of v, those of all gates for the products: i, f, o = sigmoid, g
/// = tanh of gain_ih N(W x) + b + gain_hh N(U h') + b'; c = f c' + i g; h = o tanh(gain_c N(c) + bias_c).
/// </summary>
/// <remarks>
/// A row can be normalised only when all of it is there, so the cell's arithmetic follows the whole product of a step
/// instead of each panel, and the layer has a loop of its own. Forward leaves the gates in place of their arguments,
/// N(W x), N(U h'), N(c) in buffers, and saves tanh; backward replaces the first two by the gradients of the
/// products.
/// </remarks>
internal sealed unsafe class LayerNormLstm : RecurrentCell
{
    private const int Width = Activations.BlockColumns;
    private const int Gates = 4;
    private const int HiddenGain = Gates;
    private const int StateGain = 2 * Gates;
    private const int StateBias = StateGain + 1;
    private const int UnitRowCount = StateBias + 1;

    private static readonly UnitTensor[] Units =
    [
        new("gain_ih", Gates, Start: 1), new("gain_hh", Gates, Start: 1), new("gain_c", 1, Start: 1), new("bias_c", 1, Start: 0),
    ];

    /// <inheritdoc/>
    public override int GateCount => Gates;

    /// <inheritdoc/>
    public override bool HasState => true;

    /// <inheritdoc/>
    public override string ModuleName => "lstm";

    /// <inheritdoc/>
    public override int? ForgetGate => 1;

    /// <inheritdoc/>
    public override int? InputGate => 0;

    /// <inheritdoc/>
    internal override bool SplitsRecurrent => true;

    /// <inheritdoc/>
    internal override IReadOnlyList<UnitTensor> UnitTensors => Units;

    /// <inheritdoc/>
    internal override int UnitRows => UnitRowCount;

    /// <inheritdoc/>
    internal override CellBuffers MakeBuffers(RecurrentShape shape, int maxTimeSteps, int maxLanes) =>
        new Buffers(shape, maxTimeSteps, maxLanes);

    /// <inheritdoc/>
    internal override Equations Equations(in EquationStep step)
    {
        EquationStep s = step;
        int size = s.State.Value.Length;
        Node input = s.InputProduct.Normalize(RowNorm.Epsilon);
        Node recurrent = s.RecurrentProduct.Normalize(RowNorm.Epsilon);
        Node c = (Argument(1).Sigmoid() * s.State) + (Argument(0).Sigmoid() * Argument(2).Tanh());
        Node y = ((s.Unit(StateGain) * c.Normalize(RowNorm.Epsilon)) + s.Unit(StateBias)).Tanh();
        return new Equations(Argument(3).Sigmoid() * y, c);

        Node Argument(int gate) => (s.Unit(gate) * input.Part(gate * size, size))
            + (s.Unit(HiddenGain + gate) * recurrent.Part(gate * size, size)) + s.Biases(gate);
    }

    /// <inheritdoc/>
    internal override void Forward(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace,
        ReadOnlySpan<float> carryIn, Span<float> carryOut, int carryStride)
    {
        WindowChecks.Forward(this, weights, input, workspace, carryIn.Length, carryOut.Length, carryStride);
        int steps = input.TimeSteps;
        workspace.Reshape(steps, input.Lanes);
        workspace.ReadCarry(carryIn, carryStride);
        var own = (Buffers)workspace.Own!;
        fixed (float* origin = &input.Origin)
            PackedGemm.Run(path, input.At(origin), weights.Input, Operand.Of(own.Input, 0, steps), TileStart.Zero, null);
        for (int i = 0; i < steps; i++)
        {
            int step = workspace.IsReversed ? steps - 1 - i : i;
            Operand previous = Operand.Of(workspace.Hidden, step + 1 - workspace.FirstOutput, 1);
            PackedGemm.Run(path, previous, weights.Hidden, Operand.Of(workspace.Recurrent!, step, 1), TileStart.Zero, null);
            if (path == SimdPath.Avx512)
                ForwardAt<Simd512, Vector512<float>>(weights, workspace, own, step);
            else if (path == SimdPath.Avx2)
                ForwardAt<Simd256, Vector256<float>>(weights, workspace, own, step);
            else
                ForwardAt<Simd128, Vector128<float>>(weights, workspace, own, step);
        }

        workspace.WriteCarry(carryOut, carryStride);
        GC.KeepAlive(weights);
        GC.KeepAlive(workspace);
    }

    /// <inheritdoc/>
    private protected override void RunBackward(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace, Activations dOutput,
        Activations? dInput, int shardCount, RecurrentGradient gradient)
    {
        WindowChecks.Backward(this, weights, input, workspace, dOutput, dInput);
        int steps = input.TimeSteps;
        workspace.DState.Data.Clear();
        workspace.DUnits!.Data.Clear();
        var own = (Buffers)workspace.Own!;
        Activations recurrent = workspace.Recurrent!;
        for (int i = steps - 1; i >= 0; i--)
        {
            int step = workspace.IsReversed ? steps - 1 - i : i;
            int after = workspace.IsReversed ? step - 1 : step + 1;
            if (i + 1 < steps)
                PackedGemm.Run(path, Operand.Of(recurrent, after, 1), weights.HiddenBack, Operand.Of(dOutput, step, 1), TileStart.C, null);
            if (path == SimdPath.Avx512)
                BackwardAt<Simd512, Vector512<float>>(weights, workspace, own, dOutput, step);
            else if (path == SimdPath.Avx2)
                BackwardAt<Simd256, Vector256<float>>(weights, workspace, own, dOutput, step);
            else
                BackwardAt<Simd128, Vector128<float>>(weights, workspace, own, dOutput, step);
        }

        if (dInput is not null)
            PackedGemm.Run(path, Operand.Of(own.Input, 0, steps), weights.InputBack!, Operand.Of(dInput, 0, steps), TileStart.Zero, null);
        WeightGradient.Multiply(path, own.Input.View(), weights.Rows, shardCount, input, gradient.InputWeights, default, default, default);
        WeightGradient.Multiply(
            path, recurrent.View(), weights.Rows, shardCount, workspace.PreviousOutputs(weights.Mask), gradient.HiddenWeights, default, default, default);
        WeightGradient.Sum(path, workspace.Gates.View(), weights.Rows, shardCount, gradient.InputBias);
        gradient.InputBias.CopyTo(gradient.HiddenBias);
        WeightGradient.Sum(
            path, workspace.DUnits!.View(), new InterleavedRows(UnitRows, weights.Shape.HiddenSize), shardCount, gradient.Units);
        GC.KeepAlive(weights);
        GC.KeepAlive(workspace);
        GC.KeepAlive(dOutput);
        GC.KeepAlive(dInput);
    }

    private static void ForwardAt<TSimd, TVector>(RecurrentWeights weights, RecurrentWorkspace workspace, Buffers own, int step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        int next = step + workspace.FirstOutput;
        RowNorm norm = own.Norm;
        var x = new StepRows(own.Input, step, Gates);
        var u = new StepRows(workspace.Recurrent!, step, Gates);
        var gates = new StepRows(workspace.Gates, step, Gates);
        var previous = new StepRows(workspace.State!, step + 1 - workspace.FirstOutput, 1);
        var state = new StepRows(workspace.State!, next, 1);
        var normed = new StepRows(own.State, step, 1);
        norm.Normalize<TSimd, TVector>(x, own.Inverses(step, 0));
        norm.Normalize<TSimd, TVector>(u, own.Inverses(step, 1));
        nint length = state.BlockLength;
        for (int group = 0; group < state.BlockCount; group++)
        {
            for (int gate = 0; gate < Gates; gate++)
                Activate<TSimd, TVector>(weights, x, u, gates, group, gate);
            float* i = gates.Block(Gates * group);
            float* f = i + length;
            float* g = f + length;
            float* before = previous.Block(group);
            float* after = state.Block(group);
            float* copy = normed.Block(group);
            for (nint n = 0; n < length; n += TSimd.Width)
            {
                TVector c = TSimd.FusedMultiplyAdd(
                    TSimd.Load(f + n), TSimd.Load(before + n), TSimd.Multiply(TSimd.Load(i + n), TSimd.Load(g + n)));
                TSimd.Store(after + n, c);
                TSimd.Store(copy + n, c);
            }
        }

        norm.Normalize<TSimd, TVector>(normed, own.Inverses(step, 2));
        var saved = new StepRows(workspace.Saved!, step, 1);
        var output = new StepRows(workspace.Hidden, next, 1);
        for (int group = 0; group < state.BlockCount; group++)
        {
            float* gain = weights.Units!.Pointer + (group * UnitRowCount + StateGain) * Width;
            float* bias = gain + (StateBias - StateGain) * Width;
            float* o = gates.Block(Gates * group + 3);
            float* c = normed.Block(group);
            float* tanh = saved.Block(group);
            float* h = output.Block(group);
            for (nint n = 0; n < length; n += TSimd.Width)
            {
                TVector y = VectorMath<TSimd, TVector>.Tanh(TSimd.FusedMultiplyAdd(
                    TSimd.Load(gain + (n & (Width - 1))), TSimd.Load(c + n), TSimd.Load(bias + (n & (Width - 1)))));
                TSimd.Store(tanh + n, y);
                TSimd.Store(h + n, TSimd.Multiply(TSimd.Load(o + n), y));
            }
        }
    }

    /// <summary>A gate of 16 units: sigmoid or tanh of gain_ih N(W x) + b + gain_hh N(U h') + b'.</summary>
    private static void Activate<TSimd, TVector>(
        RecurrentWeights weights, in StepRows x, in StepRows u, in StepRows gates, int group, int gate)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        int block = Gates * group + gate;
        float* inputGain = weights.Units!.Pointer + (group * UnitRowCount + gate) * Width;
        float* hiddenGain = inputGain + HiddenGain * Width;
        float* inputBias = weights.Bias.Pointer + block * Width;
        float* hiddenBias = weights.RecurrentBias!.Pointer + block * Width;
        float* input = x.Block(block);
        float* hidden = u.Block(block);
        float* activated = gates.Block(block);
        nint length = gates.BlockLength;
        for (nint n = 0; n < length; n += TSimd.Width)
        {
            TVector bias = TSimd.Add(TSimd.Load(inputBias + (n & (Width - 1))), TSimd.Load(hiddenBias + (n & (Width - 1))));
            TVector a = TSimd.FusedMultiplyAdd(TSimd.Load(inputGain + (n & (Width - 1))), TSimd.Load(input + n), bias);
            a = TSimd.FusedMultiplyAdd(TSimd.Load(hiddenGain + (n & (Width - 1))), TSimd.Load(hidden + n), a);
            TSimd.Store(activated + n, gate == 2 ? VectorMath<TSimd, TVector>.Tanh(a) : VectorMath<TSimd, TVector>.Sigmoid(a));
        }
    }

    private static void BackwardAt<TSimd, TVector>(
        RecurrentWeights weights, RecurrentWorkspace workspace, Buffers own, Activations dOutput, int step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        RowNorm norm = own.Norm;
        float* units = weights.Units!.Pointer;
        var gates = new StepRows(workspace.Gates, step, Gates);
        var saved = new StepRows(workspace.Saved!, step, 1);
        var normed = new StepRows(own.State, step, 1);
        var dNormed = new StepRows(own.DNormed, 0, 1);
        var dUnits = new StepRows(workspace.DUnits!, 0, UnitRowCount);
        var dh = new StepRows(dOutput, step, 1);
        nint length = saved.BlockLength;
        TVector one = TSimd.Broadcast(1f);
        for (int group = 0; group < saved.BlockCount; group++)
        {
            float* gateO = gates.Block(Gates * group + 3);
            float* dBias = dUnits.Block(group * UnitRowCount + StateBias);
            float* tanh = saved.Block(group);
            float* dOut = dh.Block(group);
            float* dArguments = dNormed.Block(group);
            for (nint n = 0; n < length; n += TSimd.Width)
            {
                TVector o = TSimd.Load(gateO + n);
                TVector y = TSimd.Load(tanh + n);
                TVector d = TinyValues.Flush<TSimd, TVector>(TSimd.Load(dOut + n), TinyValues.ActivationGradient);
                TSimd.Store(gateO + n, TSimd.Multiply(TSimd.Multiply(d, y), TSimd.Multiply(o, TSimd.Subtract(one, o))));
                TVector dArgument = TSimd.Multiply(TSimd.Multiply(d, o), TSimd.Subtract(one, TSimd.Multiply(y, y)));
                TSimd.Store(dArguments + n, dArgument);
                TSimd.Store(dBias + n, TSimd.Add(TSimd.Load(dBias + n), dArgument));
            }
        }

        norm.Back<TSimd, TVector>(normed, dNormed, units, dUnits, StateGain, own.Inverses(step, 2));
        var dState = new StepRows(workspace.DState, 0, 1);
        var previous = new StepRows(workspace.State!, step + 1 - workspace.FirstOutput, 1);
        for (int group = 0; group < saved.BlockCount; group++)
        {
            float* gateI = gates.Block(Gates * group);
            float* gateF = gateI + length;
            float* gateG = gateF + length;
            float* before = previous.Block(group);
            float* dByNormed = normed.Block(group);
            float* dCarried = dState.Block(group);
            for (nint n = 0; n < length; n += TSimd.Width)
            {
                TVector i = TSimd.Load(gateI + n);
                TVector f = TSimd.Load(gateF + n);
                TVector g = TSimd.Load(gateG + n);
                TVector dc = TSimd.Add(TSimd.Load(dByNormed + n), TSimd.Load(dCarried + n));
                dc = TinyValues.Flush<TSimd, TVector>(dc, TinyValues.ActivationGradient);
                TSimd.Store(gateI + n, TSimd.Multiply(TSimd.Multiply(dc, g), TSimd.Multiply(i, TSimd.Subtract(one, i))));
                TSimd.Store(gateF + n, TSimd.Multiply(
                    TSimd.Multiply(dc, TSimd.Load(before + n)), TSimd.Multiply(f, TSimd.Subtract(one, f))));
                TSimd.Store(gateG + n, TSimd.Multiply(TSimd.Multiply(dc, i), TSimd.Subtract(one, TSimd.Multiply(g, g))));
                TSimd.Store(dCarried + n, TSimd.Multiply(dc, f));
            }
        }

        var x = new StepRows(own.Input, step, Gates);
        var u = new StepRows(workspace.Recurrent!, step, Gates);
        norm.Back<TSimd, TVector>(x, gates, units, dUnits, 0, own.Inverses(step, 0));
        norm.Back<TSimd, TVector>(u, gates, units, dUnits, HiddenGain, own.Inverses(step, 1));
    }

    /// <summary>What the window's shared buffers do not have.</summary>
    private sealed class Buffers : CellBuffers
    {
        private readonly AlignedBuffer _inverses;
        private readonly AlignedBuffer _mask;
        private readonly AlignedBuffer _sums;
        private readonly int _hiddenSize;
        private int _lanes;

        internal Buffers(RecurrentShape shape, int maxTimeSteps, int maxLanes)
        {
            State = new Activations(maxTimeSteps, maxLanes, shape.HiddenSize);
            DNormed = new Activations(1, maxLanes, shape.HiddenSize);
            Input = new Activations(maxTimeSteps, maxLanes, State.BlockCount * Width * Gates);
            _inverses = new AlignedBuffer(3L * maxTimeSteps * maxLanes);
            _lanes = maxLanes;
            _sums = new AlignedBuffer(2L * Width * maxLanes);
            _hiddenSize = shape.HiddenSize;
            _mask = new AlignedBuffer(2 * Width);
            _mask.Span[..Width].Fill(1);
            _mask.Span.Slice(Width, shape.HiddenSize - ((State.BlockCount - 1) * Width)).Fill(1);
        }

        /// <summary>W x, then N(W x), then the gradient of W x, (T, B, gates).</summary>
        internal Activations Input { get; }

        /// <summary>N(c), then the gradient of c, (T, B, H).</summary>
        internal Activations State { get; }

        /// <summary>Gradient of gain_c N(c) + bias_c, (1, B, H).</summary>
        internal Activations DNormed { get; }

        /// <summary>The normalisation with its scratch memory.</summary>
        internal RowNorm Norm => new(_mask.Pointer, _sums.Pointer, _hiddenSize);

        /// <summary>1 / sqrt(variance + epsilon) of the rows of W x (0), U h' (1) or c (2).</summary>
        internal float* Inverses(int step, int which) => _inverses.Pointer + (3 * (nint)step + which) * _lanes;

        /// <inheritdoc/>
        internal override void Reshape(int timeSteps, int lanes)
        {
            _lanes = lanes;
            Input.Reshape(timeSteps, lanes);
            State.Reshape(timeSteps, lanes);
            DNormed.Reshape(1, lanes);
        }
    }
}
