using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Parameters;

namespace AkkaLstm.Models.Reference;

/// <summary>
/// One recurrent layer over the time steps of one lane: the cell's equations, step after step, one way or both.
/// </summary>
internal sealed class ReferenceLayer(ParameterLayout layout, int layer)
{
    private readonly RecurrentCell _cell = RecurrentCell.Of(layout.Spec.Cell);
    private readonly RecurrentShape _shape = layout.Spec.LayerShape(layer);

    /// <summary>The states c of all time steps of the last run's way forward; empty for a cell without.</summary>
    internal Node[] States { get; private set; } = [];

    /// <summary>What the steps of the last run's way forward gave to the next step.</summary>
    internal Node[] Recurrent { get; private set; } = [];

    /// <summary>
    /// The states for the layer above of all time steps of the last run, of each direction in the order in which it
    /// goes; for a cell with depth.
    /// </summary>
    internal Node[][] DepthStates { get; private set; } = [];

    /// <summary>The outputs of all time steps.</summary>
    /// <param name="tape">Records the computation.</param>
    /// <param name="inputs">x of all time steps.</param>
    /// <param name="carryIn">h and, where the cell has one, c before the window.</param>
    /// <param name="carryOut">Receives them after the window.</param>
    /// <param name="below">States of the layer below, as <see cref="DepthStates"/>; null for the lowest.</param>
    /// <param name="factors">What the step drops; null for evaluation.</param>
    /// <param name="lane">Absolute lane.</param>
    /// <param name="length">Steps of the lane's sequence, where whole sequences are read.</param>
    internal Node[] Run(
        Tape tape, Node[] inputs, ReadOnlySpan<double> carryIn, Span<double> carryOut, Node[][]? below = null,
        RandomFactors? factors = null, int lane = 0, int length = 0)
    {
        Way forward = RunOneWay(tape, 0, inputs, carryIn, carryOut, below, factors, lane);
        States = forward.States;
        Recurrent = forward.Recurrent;
        DepthStates = [forward.DepthStates];
        if (layout.Spec.Direction != LayerDirection.Both)
            return forward.Outputs;
        var nothing = new double[carryIn.Length];
        bool isWhole = layout.Spec.ReadsWholeSequences;
        int end = isWhole ? length : inputs.Length;
        Way back = RunOneWay(tape, 1, Turned(inputs), nothing, nothing, below, factors, lane);
        DepthStates = [forward.DepthStates, back.DepthStates];

        // The head reads whole sequences where both ways end; attention reads all steps.
        bool joinsEnds = isWhole && layer == layout.Spec.LayerCount - 1 && layout.Spec.Attention == AttentionKind.None;
        Node[] backward = joinsEnds ? back.Outputs : Turned(back.Outputs);
        return [.. forward.Outputs.Zip(backward, (one, other) => one.Beside(other))];

        Node[] Turned(Node[] rows) => [.. rows[..end].Reverse(), .. rows[end..]];
    }

    private Way RunOneWay(
        Tape tape, int direction, Node[] inputs, ReadOnlySpan<double> carryIn, Span<double> carryOut, Node[][]? below,
        RandomFactors? factors, int lane)
    {
        LayerTensors tensors = layout.Layer(layer, direction);
        EquationContext context = Start(tape, carryIn);
        var outputs = new List<Node>();
        var recurrent = new List<Node>();
        var states = new List<Node>();
        var depthStates = new List<Node>();
        for (int t = 0; t < inputs.Length; t++)
        {
            int now = t;
            if (_cell.HasDepthState)
                context = context with { Below = below?[direction][t] ?? tape.Constant(new double[_shape.HiddenSize]) };
            Equations next = _cell.Equations(new EquationStep(tape, tensors, _shape, inputs[t], context, Factor(direction, factors)));
            next = Zoneout(context, next, unit => Share(isState: false, unit), unit => Share(isState: true, unit));
            Node output = tensors.Projection is { } projection
                ? tape.Multiply(projection.Offset, _shape.OutputSize, next.Output)
                : next.Output;
            context = new EquationContext(output, next.State, next.RecurringGates, Below: null);
            outputs.Add(next.DepthOutput ?? output);
            recurrent.Add(output);
            if (next.State is not null)
                states.Add(next.State);
            if (next.DepthState is not null)
                depthStates.Add(next.DepthState);

            double Share(bool isState, int unit)
            {
                float probability = isState ? layout.Spec.ZoneoutState : layout.Spec.Zoneout;
                int step = direction == 0 || layout.Spec.ReadsWholeSequences ? now : inputs.Length - 1 - now;
                return factors?.Zoneout?.Invoke(layer, direction, isState, lane, step, unit) ?? 1 - probability;
            }
        }

        context.Output.Value.CopyTo(carryOut);
        context.State?.Value.CopyTo(carryOut[_shape.OutputSize..]);
        context.RecurringGates?.Value.CopyTo(carryOut[(_shape.OutputSize + _shape.HiddenSize)..]);
        return new Way([.. outputs], [.. recurrent], [.. states], [.. depthStates]);
    }

    /// <summary>k new + (1 - k) old of output and state.</summary>
    private Equations Zoneout(EquationContext before, Equations next, Func<int, double> output, Func<int, double> state)
    {
        if (!layout.Spec.HasZoneout)
            return next;
        return next with
        {
            Output = next.Output.Scale(output) + before.Output.Scale(unit => 1 - output(unit)),
            State = next.State is null ? null : next.State.Scale(state) + before.State!.Scale(unit => 1 - state(unit)),
        };
    }

    private EquationContext Start(Tape tape, ReadOnlySpan<double> carry)
    {
        int outputSize = _shape.OutputSize;
        int hiddenSize = _shape.HiddenSize;
        return new EquationContext(
            tape.Constant(carry[..outputSize].ToArray()),
            _cell.HasState ? tape.Constant(carry.Slice(outputSize, hiddenSize).ToArray()) : null,
            _cell.RecurringGateCount > 0 ? tape.Constant(carry[(outputSize + hiddenSize)..].ToArray()) : null,
            Below: null);
    }

    /// <summary>Factors of weight_hh: those of the step, and 0 where the cell has no connection.</summary>
    private Func<int, int, double>? Factor(int direction, RandomFactors? factors)
    {
        RandomFactors.WeightFactor? weights = factors?.RecurrentWeights;
        if (weights is null && !_cell.HasPartialRecurrence)
            return null;
        return (row, column) => _cell.IsConnected(_shape, row % _shape.HiddenSize, column)
            ? weights?.Invoke(layer, direction, row, column) ?? 1
            : 0;
    }

    private sealed record Way(Node[] Outputs, Node[] Recurrent, Node[] States, Node[] DepthStates);
}
