using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// A kind of recurrent layer: forward and backward over a window of T time steps and B lanes. Holds nothing: weights
/// and activations are the caller's, so any number of threads may use one cell at once.
/// </summary>
/// <remarks>
/// Dimensions: T time steps, B lanes, I input size, H hidden size, G gates per unit, S logical shards. A carry is
/// lane-major; of a lane it has the output h, (H), then the state c, (H), if the cell has one, of the step before the
/// window.
/// </remarks>
public abstract class RecurrentCell
{
    private protected RecurrentCell()
    {
    }

    /// <summary>G: rows of weights per unit.</summary>
    public abstract int GateCount { get; }

    /// <summary>Whether a state c is carried beside the output h.</summary>
    public abstract bool HasState { get; }

    /// <summary>Whether a state is handed from layer to layer beside the output.</summary>
    internal virtual bool HasDepthState => false;

    /// <summary>Whether the layer above reads another output than the next step.</summary>
    internal virtual bool HasDepthOutput => false;

    /// <summary>PyTorch's name of such a layer, the first part of its tensors' names.</summary>
    public abstract string ModuleName { get; }

    /// <summary>The gate whose bias is the forget bias; null where the cell has none.</summary>
    public virtual int? ForgetGate => null;

    /// <summary>The gate whose bias is the input gate's; null where the cell has none of its own.</summary>
    public virtual int? InputGate => null;

    /// <summary>Whether input and recurrent part of the gates' arguments are kept apart.</summary>
    internal virtual bool SplitsRecurrent => false;

    /// <summary>
    /// How many of the gates, the last ones, have their recurrent product apart, because its operand is made of the
    /// other gates.
    /// </summary>
    internal virtual int LateGateCount => 0;

    /// <summary>How many of the gates, g left out, the next step's gates see too.</summary>
    internal virtual int RecurringGateCount => 0;

    /// <summary>Whether the layer keeps the parameters that it starts from.</summary>
    internal virtual bool IsFixed => false;

    /// <summary>Whether some recurrent connections are missing, as <see cref="IsConnected"/> has it.</summary>
    internal virtual bool HasPartialRecurrence => false;

    /// <summary>Whether units may be kept at their old values.</summary>
    public virtual bool CanZoneOut => false;

    /// <summary>A number of each unit that is not learned; null where there is none.</summary>
    internal virtual Func<RecurrentShape, int, float>? UnitConstant => null;

    /// <summary>Parameters of single units, such as peepholes.</summary>
    internal virtual IReadOnlyList<UnitTensor> UnitTensors => [];

    /// <summary>Rows of all <see cref="UnitTensors"/>.</summary>
    internal virtual int UnitRows => 0;

    /// <summary>The cell of a kind.</summary>
    public static RecurrentCell Of(CellKind kind) => CellRegistry.Of(kind);

    /// <summary>Buffers that only this cell needs, or null.</summary>
    internal virtual CellBuffers? MakeBuffers(RecurrentShape shape, int maxTimeSteps, int maxLanes) => null;

    /// <summary>Whether a unit sees the old output of another.</summary>
    internal virtual bool IsConnected(RecurrentShape shape, int unit, int from) => true;

    /// <summary>The cell's equations in double precision, for the twin.</summary>
    internal abstract Equations Equations(in EquationStep step);

    /// <summary>Computes the outputs of a window; they and all that backward needs stay in the workspace.</summary>
    /// <param name="weights">The packed weights.</param>
    /// <param name="input">x, (T, B, I).</param>
    /// <param name="workspace">Is shaped to T and B.</param>
    /// <param name="carryIn">Carry of lane b from b * <paramref name="carryStride"/> on; empty: all zero.</param>
    /// <param name="carryOut">Receives the carry after the window; empty: nobody asks.</param>
    /// <param name="carryStride">Floats from one lane's carry to the next lane's.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public void Forward(
        RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace,
        ReadOnlySpan<float> carryIn, Span<float> carryOut, int carryStride) =>
        Forward(SimdPaths.Current, weights, input, workspace, carryIn, carryOut, carryStride);

    /// <summary>
    /// Computes the gradients of the weights, and of the input if asked, from those of the outputs. The gradient of
    /// the state after the window is zero (truncated backpropagation through time).
    /// </summary>
    /// <param name="weights">As given to forward.</param>
    /// <param name="input">As given to forward, in the layout of <see cref="Activations"/>.</param>
    /// <param name="workspace">As forward left it; its gates are replaced by their gradients, so backward cannot run
    /// twice.</param>
    /// <param name="dOutput">Gradient of the outputs, (T, B, H); consumed: the gradients that flow back in time are
    /// added to it.</param>
    /// <param name="dInput">Receives the gradient of the input, (T, B, I); null: nobody asks.</param>
    /// <param name="shardCount">S, a power of two that divides B; see <see cref="WeightGradient"/>.</param>
    /// <param name="gradient">Receives the gradients of the weights.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public void Backward(
        RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace, Activations dOutput,
        Activations? dInput, int shardCount, RecurrentGradient gradient) =>
        Backward(SimdPaths.Current, weights, input, workspace, dOutput, dInput, shardCount, gradient);

    /// <summary>Forward on an explicit path, so that tests can hold the paths against each other.</summary>
    internal abstract void Forward(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace,
        ReadOnlySpan<float> carryIn, Span<float> carryOut, int carryStride);

    /// <summary>Backward on an explicit path, so that tests can hold the paths against each other.</summary>
    internal void Backward(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace, Activations dOutput,
        Activations? dInput, int shardCount, RecurrentGradient gradient)
    {
        RunBackward(path, weights, input, workspace, dOutput, dInput, shardCount, gradient);
        weights.Mask?.Apply(gradient.HiddenWeights);
    }

    /// <summary>Backward as if no recurrent connection were missing.</summary>
    private protected abstract void RunBackward(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace, Activations dOutput,
        Activations? dInput, int shardCount, RecurrentGradient gradient);
}
