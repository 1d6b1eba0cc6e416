using System.Numerics;
using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Layers;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.ReadOut;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Models;

/// <summary>
/// The pure training step of a model: embedding or values, stacked recurrent layers with dropout between, linear
/// head, loss. It holds no state: one instance serves any number of threads, each with its own workspace.
/// </summary>
/// <remarks>
/// What a lane gives does not depend on which lanes are computed with it, and what a shard gives not on which
/// shards: an aligned subtree of shards in one batch has the bits of its halves in two batches, joined by
/// <see cref="GradientTree"/>.
/// </remarks>
public sealed class SequenceModel
{
    /// <summary>Makes the step functions of a model.</summary>
    /// <exception cref="ArgumentException">The spec is not valid.</exception>
    public SequenceModel(ModelSpec spec) => Layout = ParameterLayout.For(spec);

    /// <summary>The model's shape.</summary>
    public ModelSpec Spec => Layout.Spec;

    /// <summary>The model's parameters.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Losses and gradients of a window (truncated back-propagation through time).</summary>
    /// <param name="weights">Loaded parameters; where recurrent weights are dropped, loaded with the key.</param>
    /// <param name="batch">
    /// The window; its lanes are <paramref name="shardCount"/> consecutive shards of equal lanes.
    /// </param>
    /// <param name="shardCount">Shards in the batch, an aligned subtree: a power of two.</param>
    /// <param name="key">Keys the dropout masks, with each lane's absolute index.</param>
    /// <param name="carryIn">
    /// State at the window's start, (B, L, [h, c]); lanes that reset start from zero instead.
    /// </param>
    /// <param name="carryOut">
    /// Receives the state at the window's end; may be the same memory as <paramref name="carryIn"/>.
    /// </param>
    /// <param name="workspace">This thread's buffers.</param>
    /// <param name="gradient">
    /// Receives the gradient of the SUM of the counted losses, the shards joined by the tree.
    /// </param>
    /// <param name="losses">Receives each shard's loss, (shardCount).</param>
    /// <exception cref="ArgumentException">A size does not fit, or a token or class is out of range.</exception>
    public void ForwardBackward(
        ModelWeights weights,
        SequenceBatch batch,
        int shardCount,
        StepKey key,
        ReadOnlySpan<float> carryIn,
        Span<float> carryOut,
        ModelWorkspace workspace,
        Gradient gradient,
        Span<ShardLoss> losses)
    {
        CheckWindow(batch, carryIn, carryOut, workspace);
        CheckShards(batch, shardCount, losses);
        if (gradient.Slice != Layout.Whole)
            throw new ArgumentException("The gradient must be one of the whole model.");
        weights.RequireKey(key);
        LayerRows states = RunLayers(weights, batch, key, carryIn, carryOut, workspace);
        LinearHead head = workspace.Head;
        StepRange steps = LossLayer.ActiveSteps(Spec, batch);
        LayerRows features = Attend(weights, states, steps, batch, workspace);
        head.Forward(weights.Head, features, steps);
        LossLayer.Run(Spec, batch, steps, head.Outputs, head.RowStride, wantsGradient: true, losses);
        head.Backward(weights.Head, features, steps, shardCount, gradient);
        Activations dStates = head.DInput;
        if (workspace.Attention is { } attention)
        {
            attention.Backward(weights.Attention!, states, steps, head.DInput, shardCount, gradient);
            dStates = attention.DStates;
        }

        ActivationPenalties.AddOfSize(Spec, batch, states, dStates);
        if (RecurrentCell.Of(Spec.Cell).IsFixed)
            Layout.ClearBelowReadOut(gradient);
        else
            RunLayersBack(weights, batch, dStates, shardCount, workspace, gradient);
    }

    /// <summary>Losses of a window without gradients or dropout, for evaluation.</summary>
    /// <inheritdoc cref="ForwardBackward"/>
    public void Forward(
        ModelWeights weights,
        SequenceBatch batch,
        int shardCount,
        ReadOnlySpan<float> carryIn,
        Span<float> carryOut,
        ModelWorkspace workspace,
        Span<ShardLoss> losses)
    {
        CheckWindow(batch, carryIn, carryOut, workspace);
        CheckShards(batch, shardCount, losses);
        LayerRows states = RunLayers(weights, batch, key: null, carryIn, carryOut, workspace);
        LinearHead head = workspace.Head;
        StepRange steps = LossLayer.ActiveSteps(Spec, batch);
        head.Forward(weights.Head, Attend(weights, states, steps, batch, workspace), steps);
        LossLayer.Run(Spec, batch, steps, head.Outputs, head.RowStride, wantsGradient: false, losses);
        workspace.OutputSteps = steps;
    }

    /// <summary>
    /// Outputs of the window's last time step without targets, for generation (T = 1 and the carry of the call
    /// before) and forecasting.
    /// </summary>
    /// <inheritdoc cref="ForwardBackward"/>
    /// <param name="outputs">Receives the head's outputs, (B, O): logits for cross-entropy.</param>
    public void Predict(
        ModelWeights weights,
        SequenceBatch batch,
        ReadOnlySpan<float> carryIn,
        Span<float> carryOut,
        ModelWorkspace workspace,
        Span<float> outputs)
    {
        CheckWindow(batch, carryIn, carryOut, workspace);
        if (Spec.ReadsWholeSequences)
            throw new InvalidOperationException("The model reads whole sequences, whose ends are where their targets are: use Forward.");
        if (outputs.Length != batch.Lanes * Spec.OutputSize)
            throw new ArgumentException($"There are {batch.Lanes} x {Spec.OutputSize} outputs, not {outputs.Length}.");
        LayerRows states = RunLayers(weights, batch, key: null, carryIn, carryOut, workspace);
        LinearHead head = workspace.Head;
        var last = new StepRange(batch.TimeSteps - 1, 1);
        head.Forward(weights.Head, Attend(weights, states, last, batch: null, workspace), last);
        for (int lane = 0; lane < batch.Lanes; lane++)
            head.Outputs.Slice(lane * head.RowStride, Spec.OutputSize).CopyTo(outputs[(lane * Spec.OutputSize)..]);
    }

    /// <summary>Runs input, layers and, with a key, dropout; what head or attention read.</summary>
    private LayerRows RunLayers(
        ModelWeights weights,
        SequenceBatch batch,
        StepKey? key,
        ReadOnlySpan<float> carryIn,
        Span<float> carryOut,
        ModelWorkspace workspace)
    {
        int stride = Spec.CarryLength;
        Span<float> carry = workspace.Carry.AsSpan(0, batch.Lanes * stride);
        carryIn.CopyTo(carry);
        for (int lane = 0; lane < batch.Lanes; lane++)
        {
            if (batch.ResetsCarry[lane])
                carry.Slice(lane * stride, stride).Clear();
        }

        Span<int> lengths = workspace.Lengths.AsSpan(0, Math.Min(batch.Lanes, workspace.Lengths.Length));
        if (Spec.ReadsWholeSequences)
            LossLayer.Lengths(Spec, batch, lengths);
        LayerRows rows = ReadInput(weights, batch, key, workspace);
        for (int layer = 0; layer < Spec.LayerCount; layer++)
        {
            rows = Drop(rows, layer, batch, key, workspace);
            int start = layer * Spec.LayerCarryLength;
            workspace.Layers[layer].Forward(weights, rows, carry[start..], carryOut[start..], stride, key, batch.FirstLane, lengths);
            rows = workspace.Layers[layer].Outputs;
        }

        return Drop(rows, Spec.LayerCount, batch, key, workspace);
    }

    /// <summary>Adds what the head reads, and should answer, at every target of a window, without dropout.</summary>
    /// <inheritdoc cref="Forward"/>
    /// <param name="sums">
    /// Receives the rows in the order of (time step, lane). A class is the row that has a 1 at its place.
    /// </param>
    public void SumReadOut(
        ModelWeights weights,
        SequenceBatch batch,
        ReadOnlySpan<float> carryIn,
        Span<float> carryOut,
        ModelWorkspace workspace,
        ReadOutSums sums)
    {
        CheckWindow(batch, carryIn, carryOut, workspace);
        LayerRows states = RunLayers(weights, batch, key: null, carryIn, carryOut, workspace);
        LayerRows features = Attend(weights, states, LossLayer.ActiveSteps(Spec, batch), batch, workspace);
        ReadOutRows.Add(Spec, batch, features, sums);
    }

    /// <summary>What the head reads at the given steps; without a batch, at all of their rows.</summary>
    private LayerRows Attend(
        ModelWeights weights, LayerRows states, StepRange steps, SequenceBatch? batch, ModelWorkspace workspace) =>
        workspace.Attention is { } attention ? attention.Forward(weights.Attention!, states, steps, Spec, batch) : states;

    private LayerRows ReadInput(ModelWeights weights, SequenceBatch batch, StepKey? key, ModelWorkspace workspace)
    {
        Activations input = workspace.Input;
        input.Reshape(batch.TimeSteps, batch.Lanes);
        if (workspace.Embedding is { } embedding)
            embedding.Forward(weights.Embedding, batch, input, key);
        else
            input.CopyFrom(batch.Values.AsSpan(0, batch.TimeSteps * batch.Lanes * Spec.InputSize));
        return new LayerRows(input, 0);
    }

    private static LayerRows Drop(LayerRows rows, int layer, SequenceBatch batch, StepKey? key, ModelWorkspace workspace) =>
        key is { } stepKey && workspace.Dropouts[layer] is { } dropout
            ? dropout.Forward(rows, stepKey, batch.FirstLane, workspace.RowScratch)
            : rows;

    /// <summary>From the gradient by the layers' output, dropout included, to those of all parameters below it.</summary>
    private void RunLayersBack(
        ModelWeights weights, SequenceBatch batch, Activations dOutput, int shardCount, ModelWorkspace workspace, Gradient gradient)
    {
        Activations spare = workspace.DHidden;
        workspace.Dropouts[Spec.LayerCount]?.Backward(dOutput);
        ActivationPenalties.AddOfChange(Spec, batch, workspace.Layers[^1].Outputs, dOutput);
        foreach (RecurrentWorkspace top in workspace.Layers[^1].Directions)
            top.Depth?.DState.Data.Clear();
        for (int layer = Spec.LayerCount - 1; layer >= 0; layer--)
        {
            Activations? dInput = layer > 0 ? spare : workspace.DInput;
            dInput?.Reshape(batch.TimeSteps, batch.Lanes);
            workspace.Layers[layer].Backward(
                weights, InputOf(layer, workspace), dOutput, dInput, shardCount, gradient, workspace.Lengths);
            if (dInput is null)
                return;
            workspace.Dropouts[layer]?.Backward(dInput);
            (dOutput, spare) = (dInput, dOutput);
        }

        EmbeddingLayer embedding = workspace.Embedding!;
        embedding.DropBack(dOutput);
        if (Spec.Head == HeadKind.Tied)
            workspace.Head.AddEmbedding(batch, dOutput, shardCount, gradient);
        else
            embedding.Backward(batch, dOutput, shardCount, workspace.RowScratch, gradient.Rows);
    }

    /// <summary>What a layer read in the forward pass just run with dropout.</summary>
    private static LayerRows InputOf(int layer, ModelWorkspace workspace) =>
        workspace.Dropouts[layer] is { } dropout ? dropout.Dropped
        : layer == 0 ? new LayerRows(workspace.Input, 0)
        : workspace.Layers[layer - 1].Outputs;

    private void CheckWindow(SequenceBatch batch, ReadOnlySpan<float> carryIn, Span<float> carryOut, ModelWorkspace workspace)
    {
        if (workspace.Spec != Spec)
            throw new ArgumentException("The workspace is for another model.");
        if (batch.TimeSteps > workspace.MaxTimeSteps || batch.Lanes > workspace.MaxLanes || batch.Lanes == 0)
        {
            throw new ArgumentException(
                $"The workspace holds windows of up to {workspace.MaxTimeSteps} time steps and {workspace.MaxLanes} lanes, "
                + $"not {batch.TimeSteps} and {batch.Lanes}.");
        }

        int inputSize = Spec.Input == InputKind.Tokens ? 0 : Spec.InputSize;
        int targetSize = Spec.Loss == LossKind.CrossEntropy ? 0 : Spec.OutputSize;
        if (batch.InputSize != inputSize || batch.TargetSize != targetSize)
        {
            throw new ArgumentException(
                $"The batch has input size {batch.InputSize} and target size {batch.TargetSize}, "
                + $"the model {inputSize} and {targetSize}.");
        }

        int carryLength = batch.Lanes * Spec.CarryLength;
        if (carryIn.Length != carryLength || carryOut.Length != carryLength)
            throw new ArgumentException($"The carry has {carryLength} floats, not {carryIn.Length} in and {carryOut.Length} out.");
    }

    private static void CheckShards(SequenceBatch batch, int shardCount, Span<ShardLoss> losses)
    {
        if (shardCount <= 0 || !BitOperations.IsPow2(shardCount) || batch.Lanes % shardCount != 0)
        {
            throw new ArgumentException(
                $"{batch.Lanes} lanes cannot be cut into {shardCount} shards: take a power of two that divides them.");
        }

        if (losses.Length != shardCount)
            throw new ArgumentException($"There are {shardCount} shards but room for {losses.Length} losses.");
    }
}
