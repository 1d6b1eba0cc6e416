namespace AkkaLstm.Models.Cells;

/// <summary>
/// The readable double-precision twin of the LSTM layer: PyTorch's equations one element at a time. Tests hold the kernels against it
/// and itself against central differences.
/// </summary>
/// <remarks>
/// Dimensions: T time steps, B lanes, I input size, H hidden size; row-major, time outermost; gates i, f, g, o, one block of H rows each.
/// Gradients are named d + what they are the gradient of.
/// </remarks>
public sealed class NaiveLstm
{
    private readonly int _timeSteps;
    private readonly int _lanes;
    private readonly int _inputSize;
    private readonly int _hiddenSize;
    private readonly double[] _input;
    private readonly double[] _inputWeights;
    private readonly double[] _hiddenWeights;

    // (T + 1, B, H) with the carry first, and (T, B, 4, H).
    private readonly double[] _hidden;
    private readonly double[] _state;
    private readonly double[] _gates;

    /// <summary>Runs forward over a window.</summary>
    /// <param name="timeSteps">T.</param>
    /// <param name="lanes">B.</param>
    /// <param name="input">x, (T, B, I).</param>
    /// <param name="inputWeights">weight_ih, (4H, I).</param>
    /// <param name="hiddenWeights">weight_hh, (4H, H).</param>
    /// <param name="bias">bias_ih + bias_hh, (4H).</param>
    /// <param name="carry">(B, [h, c], H).</param>
    public NaiveLstm(
        int timeSteps, int lanes, double[] input, double[] inputWeights, double[] hiddenWeights, double[] bias, double[] carry)
    {
        _timeSteps = timeSteps;
        _lanes = lanes;
        _hiddenSize = bias.Length / 4;
        _inputSize = inputWeights.Length / bias.Length;
        _input = input;
        _inputWeights = inputWeights;
        _hiddenWeights = hiddenWeights;
        _hidden = new double[(timeSteps + 1) * lanes * _hiddenSize];
        _state = new double[_hidden.Length];
        _gates = new double[timeSteps * lanes * 4 * _hiddenSize];
        for (int lane = 0; lane < lanes; lane++)
        {
            Array.Copy(carry, lane * 2 * _hiddenSize, _hidden, lane * _hiddenSize, _hiddenSize);
            Array.Copy(carry, (lane * 2 + 1) * _hiddenSize, _state, lane * _hiddenSize, _hiddenSize);
        }

        for (int row = 0; row < timeSteps * lanes; row++)
            Step(row, bias);
    }

    /// <summary>h, (T, B, H).</summary>
    public ReadOnlySpan<double> Outputs => _hidden.AsSpan(_lanes * _hiddenSize);

    /// <summary>h of step t, (B, H); 0 is the carry in, T the carry out.</summary>
    public ReadOnlySpan<double> HiddenAt(int step) => _hidden.AsSpan(step * _lanes * _hiddenSize, _lanes * _hiddenSize);

    /// <summary>c of step t, (B, H); 0 is the carry in, T the carry out.</summary>
    public ReadOnlySpan<double> StateAt(int step) => _state.AsSpan(step * _lanes * _hiddenSize, _lanes * _hiddenSize);

    /// <summary>Computes all gradients; that of the state after the window is zero.</summary>
    /// <param name="dOutput">Gradient of the outputs, (T, B, H).</param>
    public Gradients Backward(double[] dOutput)
    {
        var gradients = new Gradients(
            new double[_input.Length], new double[_inputWeights.Length], new double[_hiddenWeights.Length], new double[4 * _hiddenSize]);
        var dHidden = new double[_lanes * _hiddenSize];
        var dState = new double[_lanes * _hiddenSize];
        for (int step = _timeSteps - 1; step >= 0; step--)
        {
            for (int lane = 0; lane < _lanes; lane++)
                BackwardRow(step * _lanes + lane, dOutput, dHidden.AsSpan(lane * _hiddenSize, _hiddenSize), dState.AsSpan(lane * _hiddenSize, _hiddenSize), gradients);
        }

        return gradients;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>Row r = (t, b): gates, c and h. The row of h and c before it is r itself, because the carry comes first.</summary>
    private void Step(int row, double[] bias)
    {
        int size = _hiddenSize;
        int next = row + _lanes;
        Span<double> gates = _gates.AsSpan(row * 4 * size, 4 * size);
        for (int gate = 0; gate < 4 * size; gate++)
        {
            double sum = bias[gate];
            for (int i = 0; i < _inputSize; i++)
                sum += _inputWeights[gate * _inputSize + i] * _input[row * _inputSize + i];
            for (int j = 0; j < size; j++)
                sum += _hiddenWeights[gate * size + j] * _hidden[row * size + j];
            gates[gate] = gate / size == 2 ? Math.Tanh(sum) : Sigmoid(sum);
        }

        for (int unit = 0; unit < size; unit++)
        {
            double c = gates[size + unit] * _state[row * size + unit] + gates[unit] * gates[2 * size + unit];
            _state[next * size + unit] = c;
            _hidden[next * size + unit] = gates[3 * size + unit] * Math.Tanh(c);
        }
    }

    /// <summary>One row: turns dh and dc of step t into those of step t - 1 and adds to the gradients.</summary>
    private void BackwardRow(int row, double[] dOutput, Span<double> dHidden, Span<double> dState, Gradients gradients)
    {
        int size = _hiddenSize;
        ReadOnlySpan<double> gates = _gates.AsSpan(row * 4 * size, 4 * size);
        var dGates = new double[4 * size];
        for (int unit = 0; unit < size; unit++)
        {
            double i = gates[unit], f = gates[size + unit], g = gates[2 * size + unit], o = gates[3 * size + unit];
            double tanhC = Math.Tanh(_state[(row + _lanes) * size + unit]);
            double dh = dOutput[row * size + unit] + dHidden[unit];
            double dc = dState[unit] + dh * o * (1 - tanhC * tanhC);
            dGates[unit] = dc * g * i * (1 - i);
            dGates[size + unit] = dc * _state[row * size + unit] * f * (1 - f);
            dGates[2 * size + unit] = dc * i * (1 - g * g);
            dGates[3 * size + unit] = dh * tanhC * o * (1 - o);
            dState[unit] = dc * f;
        }

        dHidden.Clear();
        for (int gate = 0; gate < 4 * size; gate++)
        {
            double d = dGates[gate];
            gradients.Bias[gate] += d;
            for (int i = 0; i < _inputSize; i++)
            {
                gradients.InputWeights[gate * _inputSize + i] += d * _input[row * _inputSize + i];
                gradients.Input[row * _inputSize + i] += d * _inputWeights[gate * _inputSize + i];
            }

            for (int j = 0; j < size; j++)
            {
                gradients.HiddenWeights[gate * size + j] += d * _hidden[row * size + j];
                dHidden[j] += d * _hiddenWeights[gate * size + j];
            }
        }
    }

    /// <summary>What backward computes.</summary>
    /// <param name="Input">Gradient of x, (T, B, I).</param>
    /// <param name="InputWeights">Gradient of weight_ih, (4H, I).</param>
    /// <param name="HiddenWeights">Gradient of weight_hh, (4H, H).</param>
    /// <param name="Bias">Gradient of either bias, (4H).</param>
    public sealed record Gradients(double[] Input, double[] InputWeights, double[] HiddenWeights, double[] Bias);
}
