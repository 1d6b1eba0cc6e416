using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Models.Reference;

/// <summary>
/// The readable double-precision twin of <see cref="SequenceModel"/>: lane after lane, time step after time step,
/// with the platform's mathematics. Tests hold the fast model against it, and it against central differences; it
/// takes no part in training.
/// </summary>
public sealed class ReferenceModel
{
    private readonly ParameterLayout _layout;
    private readonly ModelSpec _spec;
    private readonly ReferenceLayer[] _layers;

    /// <summary>Makes the twin of a model.</summary>
    public ReferenceModel(ModelSpec spec)
    {
        _layout = ParameterLayout.For(spec);
        _spec = spec;
        _layers = [.. Enumerable.Range(0, spec.LayerCount).Select(layer => new ReferenceLayer(_layout, layer))];
    }

    /// <summary>Factor of an element of a layer's input in dropout: 0, or 1 / (1 - p).</summary>
    /// <param name="layer">The layer whose input it is; L for the head.</param>
    /// <param name="lane">Absolute lane.</param>
    /// <param name="t">Time step.</param>
    /// <param name="i">Element.</param>
    public delegate double DropoutFactor(int layer, int lane, int t, int i);

    /// <summary>Loss sum, its gradient, outputs and carry of a window.</summary>
    /// <param name="parameters">Flat, in the layout's order.</param>
    /// <param name="batch">The window.</param>
    /// <param name="carryIn">(B, L, [h, c], H).</param>
    /// <param name="dropout">Factors where the spec has dropout; null for evaluation.</param>
    public ReferenceResult ForwardBackward(
        double[] parameters, SequenceBatch batch, double[] carryIn, DropoutFactor? dropout = null)
    {
        double[] gradient = new double[_layout.TotalLength];
        double[] carryOut = new double[batch.Lanes * _spec.CarryLength];
        double[] outputs = new double[batch.TimeSteps * batch.Lanes * _spec.OutputSize];
        double lossSum = 0;
        long count = 0;
        for (int lane = 0; lane < batch.Lanes; lane++)
        {
            StartLane(batch, lane, carryIn);
            double[][] features = new double[batch.TimeSteps][];
            double[][] dOutputs = new double[batch.TimeSteps][];
            for (int t = 0; t < batch.TimeSteps; t++)
            {
                features[t] = RunLayers(parameters, batch, lane, t, dropout);
                double[] output = Head(parameters, features[t]);
                output.CopyTo(outputs, ((t * batch.Lanes) + lane) * _spec.OutputSize);
                (double loss, long counted, dOutputs[t]) = Loss(batch, (t * batch.Lanes) + lane, output);
                lossSum += loss;
                count += counted;
            }

            EndLane(lane, carryOut);
            RunBack(parameters, batch, lane, features, dOutputs, dropout, gradient);
        }

        return new ReferenceResult(lossSum, count, gradient, carryOut, outputs);
    }

    private void StartLane(SequenceBatch batch, int lane, double[] carryIn)
    {
        for (int layer = 0; layer < _spec.LayerCount; layer++)
        {
            double[] hidden = new double[_spec.HiddenSize];
            double[] cell = new double[_spec.HiddenSize];
            if (!batch.ResetsCarry[lane])
            {
                int start = (lane * _spec.CarryLength) + (layer * 2 * _spec.HiddenSize);
                Array.Copy(carryIn, start, hidden, 0, _spec.HiddenSize);
                Array.Copy(carryIn, start + _spec.HiddenSize, cell, 0, _spec.HiddenSize);
            }

            _layers[layer].Start(hidden, cell);
        }
    }

    private void EndLane(int lane, double[] carryOut)
    {
        for (int layer = 0; layer < _spec.LayerCount; layer++)
        {
            int start = (lane * _spec.CarryLength) + (layer * 2 * _spec.HiddenSize);
            _layers[layer].Hidden.CopyTo(carryOut, start);
            _layers[layer].Cell.CopyTo(carryOut, start + _spec.HiddenSize);
        }
    }

    /// <summary>The head's input at a time step.</summary>
    private double[] RunLayers(double[] parameters, SequenceBatch batch, int lane, int t, DropoutFactor? dropout)
    {
        int row = (t * batch.Lanes) + lane;
        double[] x = _spec.Input == InputKind.Tokens
            ? parameters.AsSpan(batch.Tokens[row] * _spec.EmbeddingSize, _spec.EmbeddingSize).ToArray()
            : [.. batch.Values.AsSpan(row * _spec.InputSize, _spec.InputSize).ToArray().Select(value => (double)value)];
        for (int layer = 0; layer < _spec.LayerCount; layer++)
            x = _layers[layer].Step(parameters, Drop(x, layer, batch.FirstLane + lane, t, dropout));
        return Drop(x, _spec.LayerCount, batch.FirstLane + lane, t, dropout);
    }

    private double[] Drop(double[] x, int layer, int lane, int t, DropoutFactor? dropout) =>
        dropout is null || !_spec.DropsInputOf(layer) ? x : [.. x.Select((value, i) => value * dropout(layer, lane, t, i))];

    private double[] Head(double[] parameters, double[] x)
    {
        TensorInfo weight = _layout.HeadWeight;
        TensorInfo bias = _layout.HeadBias;
        double[] output = new double[_spec.OutputSize];
        for (int o = 0; o < output.Length; o++)
        {
            output[o] = parameters[bias.Offset + o];
            for (int k = 0; k < x.Length; k++)
                output[o] += parameters[weight.Offset + (o * x.Length) + k] * x[k];
        }

        return output;
    }

    private (double Loss, long Count, double[] DOutput) Loss(SequenceBatch batch, int row, double[] output)
    {
        double[] dOutput = new double[output.Length];
        if (_spec.Loss == LossKind.SquaredError)
        {
            if (!batch.TargetMask[row])
                return (0, 0, dOutput);
            double sum = 0;
            for (int o = 0; o < output.Length; o++)
            {
                double difference = output[o] - batch.TargetValues[(row * output.Length) + o];
                sum += difference * difference;
                dOutput[o] = 2 * difference;
            }

            return (sum, output.Length, dOutput);
        }

        int target = batch.TargetClasses[row];
        if (target == SequenceBatch.IgnoredClass)
            return (0, 0, dOutput);
        double largest = output.Max();
        double total = output.Sum(value => Math.Exp(value - largest));
        for (int o = 0; o < output.Length; o++)
            dOutput[o] = (Math.Exp(output[o] - largest) / total) - (o == target ? 1 : 0);
        return (Math.Log(total) + largest - output[target], 1, dOutput);
    }

    private void RunBack(
        double[] parameters,
        SequenceBatch batch,
        int lane,
        double[][] features,
        double[][] dOutputs,
        DropoutFactor? dropout,
        double[] gradient)
    {
        int absoluteLane = batch.FirstLane + lane;
        double[][] dHiddens = [.. _layers.Select(_ => new double[_spec.HiddenSize])];
        double[][] dCells = [.. _layers.Select(_ => new double[_spec.HiddenSize])];
        for (int t = batch.TimeSteps - 1; t >= 0; t--)
        {
            double[] dx = HeadBack(parameters, features[t], dOutputs[t], gradient);
            dx = Drop(dx, _spec.LayerCount, absoluteLane, t, dropout);
            for (int layer = _spec.LayerCount - 1; layer >= 0; layer--)
            {
                for (int j = 0; j < _spec.HiddenSize; j++)
                    dHiddens[layer][j] += dx[j];
                dx = _layers[layer].StepBack(parameters, t, dHiddens[layer], dCells[layer], gradient);
                dx = Drop(dx, layer, absoluteLane, t, dropout);
            }

            if (_spec.Input == InputKind.Tokens)
            {
                int start = batch.Tokens[(t * batch.Lanes) + lane] * _spec.EmbeddingSize;
                for (int i = 0; i < dx.Length; i++)
                    gradient[start + i] += dx[i];
            }
        }
    }

    private double[] HeadBack(double[] parameters, double[] x, double[] dOutput, double[] gradient)
    {
        TensorInfo weight = _layout.HeadWeight;
        TensorInfo bias = _layout.HeadBias;
        double[] dx = new double[x.Length];
        for (int o = 0; o < dOutput.Length; o++)
        {
            gradient[bias.Offset + o] += dOutput[o];
            for (int k = 0; k < x.Length; k++)
            {
                int index = weight.Offset + (o * x.Length) + k;
                gradient[index] += dOutput[o] * x[k];
                dx[k] += dOutput[o] * parameters[index];
            }
        }

        return dx;
    }
}
