using AkkaLstm.Models.Parameters;

namespace AkkaLstm.Models.Reference;

/// <summary>What a cell's equations give: its output and, where it has one, its state.</summary>
/// <param name="Output">h, (H).</param>
/// <param name="State">c, (H).</param>
internal readonly record struct Equations(Node Output, Node? State = null);

/// <summary>What a cell's equations are written in: one time step of one lane.</summary>
/// <remarks>Gate k has rows [k H, (k + 1) H) of the weights.</remarks>
internal readonly struct EquationStep(Tape tape, LayerTensors tensors, int hiddenSize, Node input, Node output, Node? state)
{
    /// <summary>h of the step before.</summary>
    internal Node Output => output;

    /// <summary>c of the step before.</summary>
    internal Node State => state ?? throw new InvalidOperationException("The cell has no state.");

    /// <summary>W_k x + b_k + U_k h + b'_k.</summary>
    internal Node Gate(int gate) => Input(gate) + Recurrent(gate);

    /// <summary>W_k x + b_k.</summary>
    internal Node Input(int gate) =>
        tape.Multiply(tensors.InputWeight.Offset + (gate * hiddenSize * input.Value.Length), hiddenSize, input) + Bias(tensors.InputBias, gate);

    /// <summary>U_k h + b'_k.</summary>
    internal Node Recurrent(int gate) => Recurrent(gate, output);

    /// <summary>U_k v + b'_k, for another vector in the place of h.</summary>
    internal Node Recurrent(int gate, Node v) =>
        tape.Multiply(tensors.HiddenWeight.Offset + (gate * hiddenSize * v.Value.Length), hiddenSize, v) + Bias(tensors.HiddenBias, gate);

    /// <summary>W x of all gates, without b.</summary>
    internal Node InputProduct => tape.Multiply(tensors.InputWeight.Offset, tensors.InputWeight.Shape[0], input);

    /// <summary>U h of all gates, without b'.</summary>
    internal Node RecurrentProduct => tape.Multiply(tensors.HiddenWeight.Offset, tensors.HiddenWeight.Shape[0], output);

    /// <summary>b_k + b'_k.</summary>
    internal Node Biases(int gate) => Bias(tensors.InputBias, gate) + Bias(tensors.HiddenBias, gate);

    /// <summary>Row p of the units' own parameters.</summary>
    internal Node Unit(int row) => tape.Parameter(tensors.Units[0].Offset + (row * hiddenSize), hiddenSize);

    private Node Bias(TensorInfo bias, int gate) => tape.Parameter(bias.Offset + (gate * hiddenSize), hiddenSize);
}
