using System.Numerics;
using AkkaLstm.Models.Gradients;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Embedding;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Models.Layers;

/// <summary>
/// The rows of an embedding table (V, E) that a window's tokens name, and the gradients of those rows.
/// </summary>
internal sealed class EmbeddingLayer(int vocabulary, int width, float dropProbability, int maxTimeSteps, int maxLanes)
{
    private readonly float[] _factors = new float[dropProbability > 0 ? maxTimeSteps * maxLanes : 0];
    private readonly float[] _row = new float[dropProbability > 0 ? width : 0];
    private bool _drops;

    private readonly long[] _keys = new long[maxTimeSteps * maxLanes];
    private readonly float[] _levels = new float[
        EmbeddingRows.ScratchLength(width, (int)BitOperations.RoundUpToPowerOf2((uint)maxLanes))];
    private readonly int _maxTouchedRows = Math.Min(vocabulary, maxTimeSteps * maxLanes);

    /// <summary>
    /// x[t, b] = table[token(t, b)], times the token's factor in a step that drops: a word is there or not wherever it
    /// stands.
    /// </summary>
    /// <param name="table">(V, E).</param>
    /// <param name="batch">The tokens.</param>
    /// <param name="x">Receives the rows, (T, B, E).</param>
    /// <param name="key">Keys what is dropped; null: nothing is.</param>
    /// <exception cref="ArgumentException">A token is outside the vocabulary.</exception>
    internal void Forward(ReadOnlySpan<float> table, SequenceBatch batch, Activations x, StepKey? key)
    {
        _drops = dropProbability > 0 && key is not null;
        RandomKey numbers = _drops ? new(key!.Value.Seed, RandomPurpose.EmbeddingDropout, key.Value.Step) : default;
        for (int t = 0; t < batch.TimeSteps; t++)
        {
            for (int lane = 0; lane < batch.Lanes; lane++)
            {
                int token = batch.Tokens[(t * batch.Lanes) + lane];
                if ((uint)token >= (uint)vocabulary)
                    throw new ArgumentException($"Token {token} at time step {t} of lane {lane} is not in [0, {vocabulary}).");
                ReadOnlySpan<float> row = table.Slice(token * width, width);
                if (_drops)
                {
                    float factor = DropoutMask.Of(numbers, dropProbability, token);
                    _factors[(t * batch.Lanes) + lane] = factor;
                    SpanArithmetic.Scale(factor, row, _row);
                    row = _row;
                }

                x.WriteRow(t, lane, row);
            }
        }
    }

    /// <summary>Turns the gradient by x into that by the rows of the table, in place.</summary>
    internal void DropBack(Activations dx)
    {
        for (int row = 0; _drops && row < dx.TimeSteps * dx.Lanes; row++)
        {
            dx.ReadRow(row / dx.Lanes, row % dx.Lanes, _row);
            SpanArithmetic.Scale(_factors[row], _row, _row);
            dx.WriteRow(row / dx.Lanes, row % dx.Lanes, _row);
        }
    }

    /// <summary>Sums the gradients of each touched row: within a shard by (t, lane), over shards by the tree.</summary>
    /// <param name="batch">The tokens.</param>
    /// <param name="dx">Gradient by x, (T, B, E).</param>
    /// <param name="shardCount">Shards in the batch.</param>
    /// <param name="scratch">At least T * B * E floats.</param>
    /// <param name="rows">Receives the touched rows.</param>
    internal void Backward(SequenceBatch batch, Activations dx, int shardCount, Span<float> scratch, SparseRows rows)
    {
        int rowCount = batch.TimeSteps * batch.Lanes;
        Span<float> rowMajor = scratch[..(rowCount * width)];
        dx.CopyTo(rowMajor);
        rows.EnsureCapacity(_maxTouchedRows);
        rows.Count = EmbeddingRows.ScatterAdd(
            batch.Tokens.AsSpan(0, rowCount),
            rowMajor,
            width,
            batch.Lanes,
            width,
            shardCount,
            _keys,
            _levels,
            rows.Indices,
            rows.Values);
    }
}
