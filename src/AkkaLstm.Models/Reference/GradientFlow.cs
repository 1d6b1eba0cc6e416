using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Models.Reference;

/// <summary>
/// How a gradient fades, or grows, on its way back in time through the topmost recurrent layer: the Euclidean norm of
/// dL/dh and dL/dc against the distance in time steps from the loss, which stands at the last step alone.
/// </summary>
/// <remarks>
/// The loss is s h(T) with random directions s of length 1, so the norm at distance 0 is 1; norms are root mean
/// squares over lanes. In double precision by the twin: single precision would lose what is below 1e-24.
/// </remarks>
/// <param name="Output">Norm of dL/dh(T - d) for d = 0 .. T - 1, all ways from h(T - d) to the loss counted.</param>
/// <param name="State">The same of dL/dc; null for a cell without state.</param>
public sealed record GradientFlow(IReadOnlyList<double> Output, IReadOnlyList<double>? State)
{
    /// <summary>
    /// Measures a model with random inputs: tokens drawn alike, values from the normal distribution.
    /// </summary>
    /// <param name="spec">The model; its layers go forward.</param>
    /// <param name="parameters">Flat, in the layout's order.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="lanes">Sequences that are averaged over.</param>
    /// <param name="seed">Seed of inputs and directions.</param>
    /// <exception cref="ArgumentException">The model's layers go both ways: then there is no one way
    /// back.</exception>
    public static GradientFlow Measure(ModelSpec spec, ReadOnlySpan<float> parameters, int timeSteps, int lanes, ulong seed)
    {
        if (spec.Direction != LayerDirection.Forward)
            throw new ArgumentException("The layers go both ways; give a model that goes forward.", nameof(spec));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(timeSteps);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lanes);
        var layout = ParameterLayout.For(spec);
        layout.RequireTotalLength(parameters.Length);
        double[] values = Array.ConvertAll(parameters.ToArray(), value => (double)value);
        ReferenceLayer[] layers = [.. Enumerable.Range(0, spec.LayerCount).Select(layer => new ReferenceLayer(layout, layer))];
        var output = new double[timeSteps];
        var state = new double[timeSteps];
        for (int lane = 0; lane < lanes; lane++)
        {
            RandomStream random = new RandomKey(seed, RandomPurpose.SyntheticData, index: lane).OpenStream();
            var tape = new Tape(values, new double[values.Length]);
            Node[] rows = Inputs(spec, tape, timeSteps, ref random);
            Node[][]? below = null;
            foreach (ReferenceLayer layer in layers)
            {
                rows = layer.Run(tape, rows, new double[spec.LayerCarryLength], new double[spec.LayerCarryLength], below);
                below = layer.DepthStates;
            }

            Node[] outputs = layers[^1].Recurrent;
            SetDirection(outputs[^1].Gradient, ref random);
            tape.Backward();
            AddSquares(outputs, output);
            AddSquares(layers[^1].States, state);
        }

        // The clock of a clockwork network is a state, but nothing flows through it.
        return new GradientFlow(Norms(output), state.Any(square => square > 0) ? Norms(state) : null);

        double[] Norms(double[] squares) => Array.ConvertAll(squares, square => Math.Sqrt(square / lanes));
    }

    private static Node[] Inputs(ModelSpec spec, Tape tape, int timeSteps, ref RandomStream random)
    {
        var rows = new Node[timeSteps];
        for (int t = 0; t < timeSteps; t++)
        {
            if (spec.Input == InputKind.Tokens)
            {
                rows[t] = tape.Parameter(random.NextInt32(spec.InputSize) * spec.EmbeddingSize, spec.EmbeddingSize);
                continue;
            }

            var row = new double[spec.InputSize];
            for (int i = 0; i < row.Length; i++)
                row[i] = random.NextNormal();
            rows[t] = tape.Constant(row);
        }

        return rows;
    }

    private static void SetDirection(double[] gradient, ref RandomStream random)
    {
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] = random.NextNormal();
        double length = Math.Sqrt(gradient.Sum(value => value * value));
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] /= length;
    }

    /// <summary>Adds the squared norm of each step's gradient, the last step first.</summary>
    private static void AddSquares(Node[] steps, double[] squares)
    {
        for (int t = 0; t < steps.Length; t++)
            squares[steps.Length - 1 - t] += steps[t].Gradient.Sum(value => value * value);
    }
}
