using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Parameters;

namespace AkkaLstm.Models.Reference;

/// <summary>
/// One recurrent layer over the time steps of one lane: the cell's equations, step after step, one way or both.
/// </summary>
internal sealed class ReferenceLayer(ParameterLayout layout, int layer)
{
    private readonly RecurrentCell _cell = RecurrentCell.Of(layout.Spec.Cell);

    /// <summary>The states c of all time steps of the last run's way forward; empty for a cell without.</summary>
    internal Node[] States { get; private set; } = [];

    /// <summary>The outputs h of all time steps.</summary>
    /// <param name="tape">Records the computation.</param>
    /// <param name="inputs">x of all time steps.</param>
    /// <param name="carryIn">h and, where the cell has one, c before the window.</param>
    /// <param name="carryOut">Receives them after the window.</param>
    internal Node[] Run(Tape tape, Node[] inputs, ReadOnlySpan<double> carryIn, Span<double> carryOut)
    {
        var states = new List<Node>();
        Node[] outputs = RunOneWay(tape, layout.Layer(layer), inputs, carryIn, carryOut, states);
        States = [.. states];
        if (layout.Spec.Direction != LayerDirection.Both)
            return outputs;
        var nothing = new double[carryIn.Length];
        Node[] back = RunOneWay(tape, layout.Layer(layer, 1), [.. inputs.Reverse()], nothing, nothing, []);
        return [.. outputs.Zip(back.Reverse(), (forward, backward) => forward.Beside(backward))];
    }

    private Node[] RunOneWay(
        Tape tape, LayerTensors tensors, Node[] inputs, ReadOnlySpan<double> carryIn, Span<double> carryOut, List<Node> states)
    {
        int size = layout.Spec.LayerShape(layer).OutputSize;
        Node output = tape.Constant(carryIn[..size].ToArray());
        Node? state = _cell.HasState ? tape.Constant(carryIn[size..].ToArray()) : null;
        var outputs = new Node[inputs.Length];
        for (int t = 0; t < inputs.Length; t++)
        {
            (output, state) = _cell.Equations(new EquationStep(tape, tensors, layout.Spec.HiddenSize, inputs[t], output, state));
            if (tensors.Projection is { } projection)
                output = tape.Multiply(projection.Offset, size, output);
            outputs[t] = output;
            if (state is not null)
                states.Add(state);
        }

        output.Value.CopyTo(carryOut);
        state?.Value.CopyTo(carryOut[size..]);
        return outputs;
    }
}
