using System.Numerics;
using System.Runtime.InteropServices;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Random;
using Floats = System.Numerics.Vector<float>;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// Factors of weight_hh: 0 where there is no connection, because the cell has none or because the step drops it
/// (weight drop), else 1 or, in a step that drops, 1 / (1 - p).
/// </summary>
/// <remarks>
/// Wan et al. 2013, "Regularization of Neural Networks using DropConnect"; on recurrent weights: Merity, Keskar and
/// Socher 2018, "Regularizing and Optimizing LSTM Language Models". A weight's factor is a function of (seed, step,
/// layer, row, column), never of the lanes, so every worker drops the same weights.
/// </remarks>
internal sealed class RecurrentMask
{
    private readonly RecurrentShape _shape;
    private readonly float _dropProbability;
    private readonly float[] _factors;

    // 1 where the cell has a connection, else 0; empty where it has all.
    private readonly float[] _connections = [];

    private RecurrentMask(RecurrentCell cell, RecurrentShape shape, float dropProbability)
    {
        (_shape, _dropProbability) = (shape, dropProbability);
        _factors = new float[checked(cell.GateCount * shape.HiddenSize * shape.OutputSize)];
        if (!cell.HasPartialRecurrence)
            return;
        _connections = new float[_factors.Length];
        for (int i = 0; i < _connections.Length; i++)
            _connections[i] = cell.IsConnected(shape, i / shape.OutputSize % shape.HiddenSize, i % shape.OutputSize) ? 1 : 0;
    }

    /// <summary>Factor of the weights that are there: 1, or 1 / (1 - p) in a step that drops.</summary>
    internal float Scale { get; private set; } = 1;

    /// <summary>The mask of a layer, or null where all weights always count as they are.</summary>
    internal static RecurrentMask? For(RecurrentCell cell, RecurrentShape shape, float dropProbability) =>
        cell.HasPartialRecurrence || dropProbability > 0 ? new RecurrentMask(cell, shape, dropProbability) : null;

    /// <summary>Sets the factors of some rows.</summary>
    /// <param name="key">Names the step's random numbers; null: nothing is dropped.</param>
    /// <param name="firstRow">First row of weight_hh.</param>
    /// <param name="count">Rows.</param>
    internal void Fill(RandomKey? key, int firstRow, int count)
    {
        int columns = _shape.OutputSize;
        Span<float> rows = _factors.AsSpan(firstRow * columns, count * columns);
        bool drops = key is not null && _dropProbability > 0;
        Scale = drops ? 1 / (1 - _dropProbability) : 1;
        if (drops)
            DropoutMask.Fill(key!.Value, _dropProbability, 1, count, firstRow, columns, rows, columns);
        else
            rows.Fill(1);
        if (_connections.Length > 0)
            SpanArithmetic.Multiply(rows, _connections.AsSpan(firstRow * columns, rows.Length), rows);
    }

    /// <summary>Some rows of weight_hh times their factors.</summary>
    internal void Apply(int firstRow, ReadOnlySpan<float> rows, Span<float> masked) =>
        SpanArithmetic.Multiply(rows, _factors.AsSpan(firstRow * _shape.OutputSize, rows.Length), masked);

    /// <summary>
    /// The gradient by weight_hh from that by the masked weights, in place, where the product's operand had the factor
    /// <see cref="Scale"/> already.
    /// </summary>
    internal void Apply(Span<float> gradient)
    {
        // No product: its rounding, and the sign of 0, would tell which shards were summed before it.
        Span<Floats> gradients = MemoryMarshal.Cast<float, Floats>(gradient);
        ReadOnlySpan<Floats> factors = MemoryMarshal.Cast<float, Floats>(_factors.AsSpan(0, gradient.Length));
        for (int i = 0; i < gradients.Length; i++)
            gradients[i] = Vector.ConditionalSelect(Vector.Equals(factors[i], Floats.Zero), Floats.Zero, gradients[i]);
        for (int i = gradients.Length * Floats.Count; i < gradient.Length; i++)
            gradient[i] = _factors[i] == 0 ? 0 : gradient[i];
    }
}
