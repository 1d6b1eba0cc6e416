using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Parameters;

namespace AkkaLstm.Models.Reference;

/// <summary>What a cell's equations give: its output and, where it has one, its state.</summary>
/// <param name="Output">h, (H).</param>
/// <param name="State">c, (H).</param>
internal readonly record struct Equations(Node Output, Node? State = null)
{
    /// <summary>The gates that the next step sees, one after the other, where it does.</summary>
    internal Node? RecurringGates { get; init; }

    /// <summary>The state for the layer above, (H), where there is one.</summary>
    internal Node? DepthState { get; init; }

    /// <summary>The output for the layer above, (H), where it is not <see cref="Output"/>.</summary>
    internal Node? DepthOutput { get; init; }
}

/// <summary>What a layer has from the step before and, at the same step, from the layer below.</summary>
/// <param name="Output">h, (H or R).</param>
/// <param name="State">c, (H), where the cell has one.</param>
/// <param name="RecurringGates">Gates of the step before, where the cell sees them.</param>
/// <param name="Below">State of the layer below, (H), where the cell has depth.</param>
internal readonly record struct EquationContext(Node Output, Node? State, Node? RecurringGates, Node? Below);

/// <summary>What a cell's equations are written in: one time step of one lane.</summary>
/// <remarks>Gate k has rows [k H, (k + 1) H) of the weights.</remarks>
internal readonly struct EquationStep(
    Tape tape, LayerTensors tensors, RecurrentShape shape, Node input, EquationContext context, Func<int, int, double>? factor)
{
    /// <summary>Sizes of the layer.</summary>
    internal RecurrentShape Shape => shape;

    /// <summary>h of the step before.</summary>
    internal Node Output => context.Output;

    /// <summary>c of the step before.</summary>
    internal Node State => context.State ?? throw new InvalidOperationException("The cell has no state.");

    /// <summary>The state of the layer below.</summary>
    internal Node Below => context.Below ?? throw new InvalidOperationException("The cell has no depth.");

    /// <summary>What gate <paramref name="gate"/> of those that recur gets from them.</summary>
    internal Node RecurringGates(int gate)
    {
        Node gates = context.RecurringGates ?? throw new InvalidOperationException("The gates do not recur.");
        return tape.Multiply(tensors.RecurringGates!.Offset + (gate * shape.HiddenSize * gates.Value.Length), shape.HiddenSize, gates);
    }

    /// <summary>W_k x + b_k + U_k h + b'_k.</summary>
    internal Node Gate(int gate) => Input(gate) + Recurrent(gate);

    /// <summary>W_k x + b_k.</summary>
    internal Node Input(int gate) =>
        tape.Multiply(tensors.InputWeight.Offset + (gate * shape.HiddenSize * input.Value.Length), shape.HiddenSize, input) + Bias(tensors.InputBias, gate);

    /// <summary>U_k h + b'_k.</summary>
    internal Node Recurrent(int gate) => Recurrent(gate, Output);

    /// <summary>U_k v + b'_k, for another vector in the place of h.</summary>
    internal Node Recurrent(int gate, Node v) =>
        Product(gate * shape.HiddenSize, shape.HiddenSize, v) + Bias(tensors.HiddenBias, gate);

    /// <summary>W x of all gates, without b.</summary>
    internal Node InputProduct => tape.Multiply(tensors.InputWeight.Offset, tensors.InputWeight.Shape[0], input);

    /// <summary>U h of all gates, without b'.</summary>
    internal Node RecurrentProduct => Product(0, tensors.HiddenWeight.Shape[0], Output);

    /// <summary>b_k + b'_k.</summary>
    internal Node Biases(int gate) => Bias(tensors.InputBias, gate) + Bias(tensors.HiddenBias, gate);

    /// <summary>A number for every unit that nobody asks the gradient of.</summary>
    internal Node Constant(Func<int, double> value) => tape.Constant([.. Enumerable.Range(0, shape.HiddenSize).Select(value)]);

    /// <summary>Row p of the units' own parameters.</summary>
    internal Node Unit(int row) => tape.Parameter(tensors.Units[0].Offset + (row * shape.HiddenSize), shape.HiddenSize);

    /// <summary>Some rows of U, each weight times its factor, by a vector.</summary>
    private Node Product(int firstRow, int rows, Node v)
    {
        Func<int, int, double>? factors = factor;
        return tape.Multiply(
            tensors.HiddenWeight.Offset + (firstRow * v.Value.Length), rows, v,
            factors is null ? null : (row, column) => factors(firstRow + row, column));
    }

    private Node Bias(TensorInfo bias, int gate) => tape.Parameter(bias.Offset + (gate * shape.HiddenSize), shape.HiddenSize);
}
