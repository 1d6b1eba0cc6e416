using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// A kind of recurrent layer: forward and backward over a window of T time steps and B lanes. Holds nothing: weights and activations are
/// the caller's, so any number of threads may use one cell at once.
/// </summary>
/// <remarks>
/// Dimensions: T time steps, B lanes, I input size, H hidden size, G gates per unit, S logical shards. A carry is lane-major; of a lane it
/// has the output h, (H), then the state c, (H), of the step before the window.
/// </remarks>
public abstract class RecurrentCell
{
    private static readonly RecurrentCell Lstm = new RecurrentWindow<LstmCell>();

    private protected RecurrentCell()
    {
    }

    /// <summary>G: rows of weights per unit.</summary>
    public abstract int GateCount { get; }

    /// <summary>Floats of carry per unit and lane.</summary>
    public abstract int CarryCount { get; }

    /// <summary>The cell of a kind.</summary>
    public static RecurrentCell Of(CellKind kind) => kind switch
    {
        CellKind.Lstm => Lstm,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such cell."),
    };

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
    /// Computes the gradients of the weights, and of the input if asked, from those of the outputs. The gradient of the state after the
    /// window is zero (truncated backpropagation through time).
    /// </summary>
    /// <param name="weights">As given to forward.</param>
    /// <param name="input">As given to forward, in the layout of <see cref="Activations"/>.</param>
    /// <param name="workspace">As forward left it; its gates are replaced by their gradients, so backward cannot run twice.</param>
    /// <param name="dOutput">Gradient of the outputs, (T, B, H); consumed: the gradients that flow back in time are added to it.</param>
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
    internal abstract void Backward(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace, Activations dOutput,
        Activations? dInput, int shardCount, RecurrentGradient gradient);
}

/// <summary>Where the gradients of a recurrent layer's weights go; what the spans held does not matter.</summary>
/// <remarks>The shapes and the order of the gates are PyTorch's. Both biases are added to the same sum, so their gradients are equal.</remarks>
public readonly ref struct RecurrentGradient
{
    /// <summary>Gradient of weight_ih, (G*H, I).</summary>
    public Span<float> InputWeights { get; init; }

    /// <summary>Gradient of weight_hh, (G*H, H).</summary>
    public Span<float> HiddenWeights { get; init; }

    /// <summary>Gradient of bias_ih, (G*H).</summary>
    public Span<float> InputBias { get; init; }

    /// <summary>Gradient of bias_hh, (G*H).</summary>
    public Span<float> HiddenBias { get; init; }
}
