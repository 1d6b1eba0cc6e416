using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Models;

/// <summary>
/// The pure training step of a model: embedding or values, stacked recurrent layers with dropout between, linear head, loss. It holds no
/// state: one instance serves any number of threads, each with its own workspace.
/// </summary>
public sealed class SequenceModel
{
    /// <summary>Makes the step functions of a model.</summary>
    public SequenceModel(ModelSpec spec)
    {
        Layout = ParameterLayout.For(spec);
    }

    /// <summary>The model's shape.</summary>
    public ModelSpec Spec => Layout.Spec;

    /// <summary>The model's parameters.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Losses and gradients of a window (truncated back-propagation through time).</summary>
    /// <param name="weights">Loaded parameters.</param>
    /// <param name="batch">The window; its lanes are <paramref name="shardCount"/> consecutive shards of equal lanes.</param>
    /// <param name="shardCount">Shards in the batch, an aligned subtree: a power of two.</param>
    /// <param name="key">Keys the dropout masks, with each lane's absolute index.</param>
    /// <param name="carryIn">State at the window's start, (B, L, [h, c], H); lanes that reset start from zero instead.</param>
    /// <param name="carryOut">Receives the state at the window's end; may be the same memory as <paramref name="carryIn"/>.</param>
    /// <param name="workspace">This thread's buffers.</param>
    /// <param name="gradient">Receives the gradient of the SUM of the counted losses, the shards joined by the tree.</param>
    /// <param name="losses">Receives each shard's loss, (shardCount).</param>
    public void ForwardBackward(
        ModelWeights weights,
        SequenceBatch batch,
        int shardCount,
        StepKey key,
        ReadOnlySpan<float> carryIn,
        Span<float> carryOut,
        ModelWorkspace workspace,
        Gradient gradient,
        Span<ShardLoss> losses) => throw new NotSupportedException();

    /// <summary>Losses of a window without gradients or dropout, for evaluation.</summary>
    /// <inheritdoc cref="ForwardBackward"/>
    public void Forward(
        ModelWeights weights,
        SequenceBatch batch,
        int shardCount,
        ReadOnlySpan<float> carryIn,
        Span<float> carryOut,
        ModelWorkspace workspace,
        Span<ShardLoss> losses) => throw new NotSupportedException();

    /// <summary>
    /// Outputs of the window's last time step without targets, for generation (T = 1 and the carry of the call before) and forecasting.
    /// </summary>
    /// <inheritdoc cref="ForwardBackward"/>
    /// <param name="outputs">Receives the head's outputs, (B, O): logits for cross-entropy.</param>
    public void Predict(
        ModelWeights weights,
        SequenceBatch batch,
        ReadOnlySpan<float> carryIn,
        Span<float> carryOut,
        ModelWorkspace workspace,
        Span<float> outputs) => throw new NotSupportedException();
}
