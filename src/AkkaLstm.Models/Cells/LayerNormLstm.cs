using System.Runtime.Intrinsics;
using AkkaLstm.Models.Reference;
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
/// products. What a step adds to the gradients of gains and biases is summed over the lanes of each shard while it is
/// in registers; the shards are joined at the end.
/// </remarks>
internal sealed unsafe partial class LayerNormLstm : RecurrentCell
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
        Activations dUnits = workspace.DUnits!;
        dUnits.Reshape(1, shardCount);
        dUnits.Data.Clear();
        var own = (Buffers)workspace.Own!;
        own.DBias.Reshape(1, shardCount);
        own.DBias.Data.Clear();
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
        WeightGradient.Sum(path, own.DBias.View(), weights.Rows, shardCount, gradient.InputBias);
        gradient.InputBias.CopyTo(gradient.HiddenBias);
        WeightGradient.Sum(
            path, dUnits.View(), new InterleavedRows(UnitRows, weights.Shape.HiddenSize), shardCount, gradient.Units);
        GC.KeepAlive(weights);
        GC.KeepAlive(workspace);
        GC.KeepAlive(dOutput);
        GC.KeepAlive(dInput);
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
            _sums = new AlignedBuffer(4L * Width * maxLanes);
            DBias = new Activations(1, maxLanes, State.BlockCount * Width * Gates);
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

        /// <summary>Gradient of both biases, (1, S, gates).</summary>
        internal Activations DBias { get; }

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
