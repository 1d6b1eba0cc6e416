using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Losses;

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

    /// <summary>Loss sum, its gradient, outputs and carry of a window.</summary>
    /// <param name="parameters">Flat, in the layout's order.</param>
    /// <param name="batch">The window.</param>
    /// <param name="carryIn">(B, L, [h, c]).</param>
    /// <param name="factors">What the step drops; null for evaluation.</param>
    public ReferenceResult ForwardBackward(
        double[] parameters, SequenceBatch batch, double[] carryIn, RandomFactors? factors = null)
    {
        double[] gradient = new double[_layout.TotalLength];
        double[] carryOut = new double[batch.Lanes * _spec.CarryLength];
        double[] outputs = new double[batch.TimeSteps * batch.Lanes * _spec.OutputSize];
        double lossSum = 0;
        double penalty = 0;
        long count = 0;
        for (int lane = 0; lane < batch.Lanes; lane++)
        {
            var tape = new Tape(parameters, gradient);
            Node[] states = RunLayers(tape, batch, lane, carryIn, carryOut, factors, out Node[] outputsOfLast);
            penalty += AddPenalties(batch, lane, states, outputsOfLast);
            Node[] features = Attend(tape, batch, lane, states);
            for (int t = 0; t < batch.TimeSteps; t++)
            {
                int row = (t * batch.Lanes) + lane;
                double[] output = Head(parameters, features[t].Value);
                output.CopyTo(outputs, row * _spec.OutputSize);
                (double loss, long counted, double[] dOutput) = Loss(batch, row, output);
                lossSum += loss;
                count += counted;
                HeadBack(parameters, features[t], dOutput, gradient);
            }

            tape.Backward();
        }

        if (RecurrentCell.Of(_spec.Cell).IsFixed)
            gradient.AsSpan(0, _layout.ReadOutStart).Clear();
        return new ReferenceResult(lossSum, count, gradient, carryOut, outputs) { Penalty = penalty };
    }

    /// <summary>What head or attention read at all time steps of a lane.</summary>
    private Node[] RunLayers(
        Tape tape, SequenceBatch batch, int lane, double[] carryIn, double[] carryOut, RandomFactors? factors,
        out Node[] outputsOfLast)
    {
        RandomFactors.InputFactor? dropout = factors?.Dropout;
        Node[] rows = [.. Enumerable.Range(0, batch.TimeSteps).Select(t => Input(tape, batch, (t * batch.Lanes) + lane, factors))];
        int length = _spec.LayerCarryLength;
        for (int layer = 0; layer < _spec.LayerCount; layer++)
        {
            int start = (lane * _spec.CarryLength) + (layer * length);
            double[] carry = batch.ResetsCarry[lane] ? new double[length] : carryIn.AsSpan(start, length).ToArray();
            Node[] inputs = Drop(rows, layer, batch.FirstLane + lane, dropout);
            rows = _layers[layer].Run(
                tape, inputs, carry, carryOut.AsSpan(start, length), layer > 0 ? _layers[layer - 1].DepthStates : null,
                factors, batch.FirstLane + lane, LengthOf(batch, lane));
        }

        outputsOfLast = rows;

        return Drop(rows, _spec.LayerCount, batch.FirstLane + lane, dropout);
    }

    /// <summary>What the head reads: with attention h(t) beside the mean of h(0) .. h(t) that it makes, where there is a target.</summary>
    private Node[] Attend(Tape tape, SequenceBatch batch, int lane, Node[] states)
    {
        if (_layout.Attention is not { } attention)
            return states;
        int size = _spec.AttentionSize;
        Node[] keys = [.. states.Select(state => tape.Multiply(attention.Key.Offset, size, state))];
        return [.. states.Select((state, t) => HasTarget(batch, (t * batch.Lanes) + lane) ? Read(state, t) : Nothing())];

        Node Nothing() => tape.Constant(new double[_spec.HeadInputSize]);

        Node Read(Node state, int t)
        {
            Node query = tape.Multiply(attention.Query.Offset, size, state) + tape.Parameter(attention.QueryBias.Offset, size);
            Node scores = keys.Take(t + 1)
                .Select(key => tape.Multiply(attention.Score.Offset, 1, (query + key).Tanh()))
                .Aggregate((before, next) => before.Beside(next));
            return state.Beside(tape.WeightedSum(scores.Softmax(), states[..(t + 1)]));
        }
    }

    private Node Input(Tape tape, SequenceBatch batch, int row, RandomFactors? factors) => _spec.Input == InputKind.Tokens
        ? Embedded(tape.Parameter(batch.Tokens[row] * _spec.EmbeddingSize, _spec.EmbeddingSize), batch.Tokens[row], factors)
        : tape.Constant(Array.ConvertAll(batch.Values.AsSpan(row * _spec.InputSize, _spec.InputSize).ToArray(), value => (double)value));

    private int LengthOf(SequenceBatch batch, int lane)
    {
        int t = batch.TimeSteps;
        while (t > 0 && !HasTarget(batch, ((t - 1) * batch.Lanes) + lane))
            t--;
        return t;
    }

    private bool HasTarget(SequenceBatch batch, int row) => _spec.Loss != LossKind.CrossEntropy
        ? batch.TargetMask[row]
        : batch.TargetClasses[row] != SequenceBatch.IgnoredClass;

    private static Node Embedded(Node row, int token, RandomFactors? factors) =>
        factors?.EmbeddingRows is { } factor ? row.Scale(_ => factor(token)) : row;

    /// <summary>AR and TAR of a lane; adds their gradients.</summary>
    private double AddPenalties(SequenceBatch batch, int lane, Node[] features, Node[] outputs)
    {
        double sum = 0;
        double weight = (_spec.Loss == LossKind.CrossEntropy ? 1 : _spec.OutputSize) / (double)_spec.LayerOutputSize;
        for (int t = 0; t < features.Length; t++)
        {
            int row = (t * batch.Lanes) + lane;
            if (!HasTarget(batch, row))
                continue;
            for (int i = 0; i < features[t].Value.Length; i++)
            {
                double y = features[t].Value[i];
                sum += _spec.ActivationPenalty * weight * y * y;
                features[t].Gradient[i] += 2 * _spec.ActivationPenalty * weight * y;
                if (t == 0)
                    continue;
                double change = outputs[t].Value[i] - outputs[t - 1].Value[i];
                sum += _spec.ChangePenalty * weight * change * change;
                outputs[t].Gradient[i] += 2 * _spec.ChangePenalty * weight * change;
                outputs[t - 1].Gradient[i] -= 2 * _spec.ChangePenalty * weight * change;
            }
        }

        return sum;
    }

    private Node[] Drop(Node[] rows, int layer, int lane, RandomFactors.InputFactor? dropout) => dropout is null || !_spec.DropsInputOf(layer)
        ? rows
        : [.. rows.Select((row, t) => row.Scale(i => dropout(layer, lane, t, i)))];

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
        if (_spec.Loss != LossKind.CrossEntropy)
        {
            if (!batch.TargetMask[row])
                return (0, 0, dOutput);
            double[] wanted = Array.ConvertAll(batch.TargetValues.AsSpan(row * output.Length, output.Length).ToArray(), value => (double)value);
            double sum = _spec.Loss == LossKind.Quantile
                ? LossReference.Quantile(output, wanted, [.. _spec.Quantiles!.Select(q => (double)q)], dOutput)
                : LossReference.SquaredError(output, wanted, dOutput);
            return (sum, output.Length, dOutput);
        }

        int target = batch.TargetClasses[row];
        if (target == SequenceBatch.IgnoredClass)
            return (0, 0, dOutput);
        double weight = batch.HasWeights ? batch.LaneWeights[row % batch.Lanes] : 1;
        double largest = output.Max();
        double total = output.Sum(value => Math.Exp(value - largest));
        for (int o = 0; o < output.Length; o++)
            dOutput[o] = weight * ((Math.Exp(output[o] - largest) / total) - (o == target ? 1 : 0));
        return (weight * (Math.Log(total) + largest - output[target]), 1, dOutput);
    }

    /// <summary>Adds the gradients of W, b and x.</summary>
    private void HeadBack(double[] parameters, Node x, double[] dOutput, double[] gradient)
    {
        int length = x.Value.Length;
        for (int o = 0; o < dOutput.Length; o++)
        {
            gradient[_layout.HeadBias.Offset + o] += dOutput[o];
            for (int k = 0; k < length; k++)
            {
                int index = _layout.HeadWeight.Offset + (o * length) + k;
                gradient[index] += dOutput[o] * x.Value[k];
                x.Gradient[k] += dOutput[o] * parameters[index];
            }
        }
    }
}
