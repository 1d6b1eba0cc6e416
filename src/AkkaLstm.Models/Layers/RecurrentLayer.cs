using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Gradients;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Models.Layers;

/// <summary>
/// The activations of one recurrent layer of a model and the steps through it: one way, or both ways with the outputs
/// side by side.
/// </summary>
internal sealed class RecurrentLayer
{
    private readonly RecurrentCell _cell;
    private readonly int _layer;
    private readonly int _directionCount;

    // Both ways only: outputs and their gradients side by side, (T, B, 2R), apart, (T, B, R), and x's gradient from the way back, (T, B, I).
    private readonly Activations? _joined;
    private readonly Activations[] _dOutputs = [];
    private readonly Activations? _dInputBack;
    private readonly float[] _row = [];

    // Whole sequences only: x, (T, B, I), with every lane's sequence back to front.
    private readonly Activations? _turned;
    private readonly float[] _inputRow = [];
    private readonly bool _joinsEnds;

    internal RecurrentLayer(ModelSpec spec, int layer, int maxTimeSteps, int maxLanes, RecurrentLayer? below)
    {
        _cell = RecurrentCell.Of(spec.Cell);
        _layer = layer;
        _directionCount = spec.DirectionCount;
        RecurrentShape shape = spec.LayerShape(layer);
        Directions = [.. Enumerable.Range(0, spec.DirectionCount).Select(direction =>
            new RecurrentWorkspace(_cell, shape, maxTimeSteps, maxLanes, direction == 1 && !spec.ReadsWholeSequences, below?.Directions[direction])
            {
                Scaled = spec.WeightDrop > 0 ? new Activations(maxTimeSteps, maxLanes, shape.OutputSize) : null,
                Zoneout = spec.HasZoneout ? new ZoneoutBuffers(spec, maxTimeSteps, maxLanes) : null,
            })];
        if (spec.DirectionCount == 1)
            return;
        _joined = new Activations(maxTimeSteps, maxLanes, spec.LayerOutputSize);
        _dOutputs = [.. Directions.Select(_ => new Activations(maxTimeSteps, maxLanes, shape.OutputSize))];
        _dInputBack = new Activations(maxTimeSteps, maxLanes, shape.InputSize);
        _row = new float[spec.LayerOutputSize];
        if (!spec.ReadsWholeSequences)
            return;
        _turned = new Activations(maxTimeSteps, maxLanes, shape.InputSize);
        _inputRow = new float[shape.InputSize];
        _joinsEnds = layer == spec.LayerCount - 1 && spec.Attention == AttentionKind.None;
    }

    /// <summary>Activations of the way forward and, if there is one, of the way back.</summary>
    internal RecurrentWorkspace[] Directions { get; }

    /// <summary>What the last forward gave, (T, B, output size).</summary>
    internal LayerRows Outputs =>
        _joined is null ? new LayerRows(Directions[0].Handed, Directions[0].FirstHanded) : new LayerRows(_joined, 0);

    /// <summary>Computes the outputs of a window.</summary>
    /// <param name="weights">The model's weights.</param>
    /// <param name="x">(T, B, I).</param>
    /// <param name="carryIn">The layer's carry of lane b from b * <paramref name="carryStride"/> on.</param>
    /// <param name="carryOut">Receives the carry after the window.</param>
    /// <param name="carryStride">Floats from one lane's carry to the next lane's.</param>
    /// <param name="key">Keys what a training step draws; null for evaluation.</param>
    /// <param name="firstLane">Absolute index of lane 0.</param>
    /// <param name="lengths">Steps of each lane, where whole sequences are read.</param>
    internal void Forward(
        ModelWeights weights, LayerRows x, ReadOnlySpan<float> carryIn, Span<float> carryOut, int carryStride, StepKey? key,
        int firstLane, ReadOnlySpan<int> lengths)
    {
        bool isTraining = key is not null;
        for (int direction = 0; direction < Directions.Length; direction++)
        {
            Directions[direction].Zoneout?.Draw(
                x.TimeSteps, x.Source.Lanes, firstLane, key, (_layer * _directionCount) + direction);
        }

        _cell.Forward(weights.Layer(_layer, 0, isTraining), x.View(), Directions[0], carryIn, carryOut, carryStride);
        if (_joined is null)
            return;
        _cell.Forward(weights.Layer(_layer, 1, isTraining), WayBack(x, lengths), Directions[1], default, default, 0);
        _joined.Reshape(x.TimeSteps, x.Source.Lanes);
        int size = _row.Length / 2;
        for (int t = 0; t < x.TimeSteps; t++)
        {
            for (int lane = 0; lane < x.Source.Lanes; lane++)
            {
                Directions[0].Handed.ReadRow(t + Directions[0].FirstHanded, lane, _row.AsSpan(0, size));
                int step = StepOfWayBack(t, lane, lengths);
                Directions[1].Handed.ReadRow(step + Directions[1].FirstHanded, lane, _row.AsSpan(size));
                _joined.WriteRow(t, lane, _row);
            }
        }
    }

    /// <summary>Computes the gradients of the layer's parameters and, if asked, of x.</summary>
    /// <param name="weights">As given to forward.</param>
    /// <param name="x">As given to forward.</param>
    /// <param name="dOutput">Gradient of the outputs; consumed.</param>
    /// <param name="dInput">Receives the gradient of x; null: nobody asks.</param>
    /// <param name="shardCount">S.</param>
    /// <param name="gradient">Receives the gradients of the parameters.</param>
    /// <param name="lengths">As given to forward.</param>
    internal void Backward(
        ModelWeights weights, LayerRows x, Activations dOutput, Activations? dInput, int shardCount, Gradient gradient,
        ReadOnlySpan<int> lengths)
    {
        if (_joined is null)
        {
            _cell.Backward(
                weights.Layer(_layer, 0, isTraining: true), x.View(), Directions[0], dOutput, dInput, shardCount, gradient.Layout.Layer(_layer).Of(gradient));
            return;
        }

        SplitGradient(dOutput, lengths);
        Activations? dInputBack = dInput is null ? null : _dInputBack;
        dInputBack?.Reshape(x.TimeSteps, x.Source.Lanes);
        for (int direction = 0; direction < 2; direction++)
        {
            _cell.Backward(
                weights.Layer(_layer, direction, isTraining: true), direction == 1 && _turned is not null ? _turned.View() : x.View(), Directions[direction], _dOutputs[direction],
                direction == 0 ? dInput : dInputBack, shardCount, gradient.Layout.Layer(_layer, direction).Of(gradient));
        }

        if (dInput is null)
            return;
        if (_turned is not null)
        {
            // x itself is not asked for any more.
            Turn(new LayerRows(dInputBack!, 0), lengths, _turned);
            dInputBack = _turned;
        }

        SpanArithmetic.Add(dInput.Data, dInputBack!.Data, dInput.Data);
    }

    /// <summary>What the way back reads: x, or where whole sequences are read, each of them back to front.</summary>
    private MatrixView WayBack(LayerRows x, ReadOnlySpan<int> lengths)
    {
        if (_turned is null)
            return x.View();
        Turn(x, lengths, _turned);
        return _turned.View();
    }

    /// <summary>Turns every lane's sequence round; what is behind its end stays there.</summary>
    private void Turn(LayerRows x, ReadOnlySpan<int> lengths, Activations turned)
    {
        turned.Reshape(x.TimeSteps, x.Source.Lanes);
        for (int t = 0; t < x.TimeSteps; t++)
        {
            for (int lane = 0; lane < x.Source.Lanes; lane++)
            {
                x.Source.ReadRow(x.FirstStep + Turned(t, lengths[lane]), lane, _inputRow);
                turned.WriteRow(t, lane, _inputRow);
            }
        }
    }

    /// <summary>
    /// The step of the way back whose output stands beside that of the way forward at step t: the one that read the same
    /// x. In the last layer the ends of both ways stand beside each other, for the head to read there, unless attention
    /// goes over all steps.
    /// </summary>
    private int StepOfWayBack(int t, int lane, ReadOnlySpan<int> lengths) =>
        _turned is null || _joinsEnds ? t : Turned(t, lengths[lane]);

    private static int Turned(int t, int length) => t < length ? length - 1 - t : t;

    private void SplitGradient(Activations dOutput, ReadOnlySpan<int> lengths)
    {
        int size = _row.Length / 2;
        foreach (Activations rows in _dOutputs)
            rows.Reshape(dOutput.TimeSteps, dOutput.Lanes);
        for (int t = 0; t < dOutput.TimeSteps; t++)
        {
            for (int lane = 0; lane < dOutput.Lanes; lane++)
            {
                dOutput.ReadRow(t, lane, _row);
                _dOutputs[0].WriteRow(t, lane, _row.AsSpan(0, size));
                _dOutputs[1].WriteRow(StepOfWayBack(t, lane, lengths), lane, _row.AsSpan(size));
            }
        }
    }
}
