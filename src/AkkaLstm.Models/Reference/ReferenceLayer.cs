using AkkaLstm.Models.Parameters;

namespace AkkaLstm.Models.Reference;

/// <summary>
/// One LSTM layer over the time steps of one lane, written to be read: the equations of PyTorch's nn.LSTM and their derivatives.
/// <code>
/// a = W_ih x + b_ih + W_hh h' + b_hh      (i, f, g, o)
/// c = sigmoid(f) c' + sigmoid(i) tanh(g)
/// h = sigmoid(o) tanh(c)
/// </code>
/// </summary>
internal sealed class ReferenceLayer
{
    private readonly int _inputSize;
    private readonly int _hiddenSize;
    private readonly TensorInfo _inputWeight;
    private readonly TensorInfo _hiddenWeight;
    private readonly TensorInfo _inputBias;
    private readonly TensorInfo _hiddenBias;

    // Of each time step: the input x (I), the activated gates (4H), and h and c before and after it (H).
    private readonly List<double[]> _inputs = [];
    private readonly List<double[]> _gates = [];
    private readonly List<double[]> _hiddens = [];
    private readonly List<double[]> _cells = [];

    internal ReferenceLayer(ParameterLayout layout, int layer)
    {
        _inputSize = layout.Spec.LayerInputSize(layer);
        _hiddenSize = layout.Spec.HiddenSize;
        (_inputWeight, _hiddenWeight, _inputBias, _hiddenBias) = layout.Layer(layer);
    }

    internal double[] Hidden => _hiddens[^1];

    internal double[] Cell => _cells[^1];

    internal void Start(double[] hidden, double[] cell)
    {
        _inputs.Clear();
        _gates.Clear();
        _hiddens.Clear();
        _cells.Clear();
        _hiddens.Add(hidden);
        _cells.Add(cell);
    }

    /// <summary>One time step forward.</summary>
    internal double[] Step(double[] parameters, double[] x)
    {
        int h = _hiddenSize;
        double[] gates = new double[4 * h];
        for (int row = 0; row < 4 * h; row++)
        {
            double sum = parameters[_inputBias.Offset + row] + parameters[_hiddenBias.Offset + row];
            for (int k = 0; k < _inputSize; k++)
                sum += parameters[_inputWeight.Offset + (row * _inputSize) + k] * x[k];
            for (int k = 0; k < h; k++)
                sum += parameters[_hiddenWeight.Offset + (row * h) + k] * Hidden[k];
            bool isCandidate = row / h == 2;
            gates[row] = isCandidate ? Math.Tanh(sum) : 1 / (1 + Math.Exp(-sum));
        }

        double[] hidden = new double[h];
        double[] cell = new double[h];
        for (int j = 0; j < h; j++)
        {
            (double i, double f, double g, double o) = (gates[j], gates[h + j], gates[(2 * h) + j], gates[(3 * h) + j]);
            cell[j] = (f * Cell[j]) + (i * g);
            hidden[j] = o * Math.Tanh(cell[j]);
        }

        _inputs.Add(x);
        _gates.Add(gates);
        _hiddens.Add(hidden);
        _cells.Add(cell);
        return hidden;
    }

    /// <summary>One time step backward.</summary>
    /// <param name="parameters">Flat parameters.</param>
    /// <param name="t">The time step.</param>
    /// <param name="dHidden">Gradient by h of step t; becomes that by h of step t - 1.</param>
    /// <param name="dCell">Gradient by c of step t from later steps; becomes that by c of step t - 1.</param>
    /// <param name="gradient">Flat gradient; adds this step's part.</param>
    /// <returns>The gradient by x.</returns>
    internal double[] StepBack(double[] parameters, int t, double[] dHidden, double[] dCell, double[] gradient)
    {
        int h = _hiddenSize;
        double[] gates = _gates[t];
        double[] dSums = new double[4 * h];
        for (int j = 0; j < h; j++)
        {
            (double i, double f, double g, double o) = (gates[j], gates[h + j], gates[(2 * h) + j], gates[(3 * h) + j]);
            double tanhCell = Math.Tanh(_cells[t + 1][j]);
            double dc = dCell[j] + (dHidden[j] * o * (1 - (tanhCell * tanhCell)));
            dSums[j] = dc * g * i * (1 - i);
            dSums[h + j] = dc * _cells[t][j] * f * (1 - f);
            dSums[(2 * h) + j] = dc * i * (1 - (g * g));
            dSums[(3 * h) + j] = dHidden[j] * tanhCell * o * (1 - o);
            dCell[j] = dc * f;
        }

        double[] dx = new double[_inputSize];
        Array.Clear(dHidden);
        for (int row = 0; row < 4 * h; row++)
        {
            gradient[_inputBias.Offset + row] += dSums[row];
            gradient[_hiddenBias.Offset + row] += dSums[row];
            for (int k = 0; k < _inputSize; k++)
            {
                int weight = _inputWeight.Offset + (row * _inputSize) + k;
                gradient[weight] += dSums[row] * _inputs[t][k];
                dx[k] += dSums[row] * parameters[weight];
            }

            for (int k = 0; k < h; k++)
            {
                int weight = _hiddenWeight.Offset + (row * h) + k;
                gradient[weight] += dSums[row] * _hiddens[t][k];
                dHidden[k] += dSums[row] * parameters[weight];
            }
        }

        return dx;
    }
}
