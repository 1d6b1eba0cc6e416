namespace AkkaLstm.Models.Reference;

/// <summary>
/// A vector in a double-precision computation that is written as formulas and differentiated by the <see
/// cref="Tape"/> that recorded it.
/// </summary>
internal sealed class Node(Tape tape, double[] value)
{
    /// <summary>The elements.</summary>
    internal double[] Value { get; } = value;

    /// <summary>Gradient of the loss by the elements; complete once the tape ran back over all uses.</summary>
    internal double[] Gradient { get; } = new double[value.Length];

    /// <summary>Element by element.</summary>
    public static Node operator +(Node a, Node b) => a.Combine(b, (x, y) => x + y, (_, _) => (1, 1));

    /// <inheritdoc cref="op_Addition"/>
    public static Node operator -(Node a, Node b) => a.Combine(b, (x, y) => x - y, (_, _) => (1, -1));

    /// <inheritdoc cref="op_Addition"/>
    public static Node operator *(Node a, Node b) => a.Combine(b, (x, y) => x * y, (x, y) => (y, x));

    /// <summary>A number minus every element.</summary>
    public static Node operator -(double a, Node b) => b.Map(x => a - x, (_, _) => -1);

    /// <summary>1 / (1 + e^-x) of every element.</summary>
    internal Node Sigmoid() => Map(x => 1 / (1 + Math.Exp(-x)), (_, y) => y * (1 - y));

    /// <summary>The hyperbolic tangent of every element.</summary>
    internal Node Tanh() => Map(Math.Tanh, (_, y) => 1 - (y * y));

    /// <summary>max(x, 0) of every element.</summary>
    internal Node Relu() => Map(x => Math.Max(x, 0), (x, _) => x > 0 ? 1 : 0);

    /// <summary>Every element times a fixed factor of its own.</summary>
    internal Node Scale(Func<int, double> factor)
    {
        double[] factors = [.. Enumerable.Range(0, Value.Length).Select(factor)];
        return this * tape.Constant(factors);
    }

    /// <summary>The elements of this and then those of another.</summary>
    internal Node Beside(Node other)
    {
        var result = new Node(tape, [.. Value, .. other.Value]);
        tape.Record(() =>
        {
            for (int i = 0; i < result.Gradient.Length; i++)
                (i < Value.Length ? Gradient : other.Gradient)[i < Value.Length ? i : i - Value.Length] += result.Gradient[i];
        });
        return result;
    }

    /// <summary>Some of the elements.</summary>
    internal Node Part(int start, int length)
    {
        var result = new Node(tape, Value.AsSpan(start, length).ToArray());
        tape.Record(() =>
        {
            for (int i = 0; i < length; i++)
                Gradient[start + i] += result.Gradient[i];
        });
        return result;
    }

    /// <summary>e^x / the sum of e^x over all elements.</summary>
    internal Node Softmax()
    {
        double largest = Value.Max();
        double sum = Value.Sum(x => Math.Exp(x - largest));
        var result = new Node(tape, Array.ConvertAll(Value, x => Math.Exp(x - largest) / sum));
        tape.Record(() =>
        {
            double mean = result.Gradient.Zip(result.Value, (d, y) => d * y).Sum();
            for (int i = 0; i < Value.Length; i++)
                Gradient[i] += result.Value[i] * (result.Gradient[i] - mean);
        });
        return result;
    }

    /// <summary>(x - mean) / sqrt(variance + epsilon), over all elements.</summary>
    internal Node Normalize(double epsilon)
    {
        double mean = Value.Average();
        double inverse = 1 / Math.Sqrt(Value.Average(x => (x - mean) * (x - mean)) + epsilon);
        var result = new Node(tape, Array.ConvertAll(Value, x => (x - mean) * inverse));
        tape.Record(() =>
        {
            double average = result.Gradient.Average();
            double along = result.Gradient.Zip(result.Value, (d, y) => d * y).Average();
            for (int i = 0; i < Value.Length; i++)
                Gradient[i] += inverse * (result.Gradient[i] - average - (result.Value[i] * along));
        });
        return result;
    }

    /// <summary>A function of every element.</summary>
    /// <param name="function">y of x.</param>
    /// <param name="slope">dy/dx, of x and y.</param>
    internal Node Map(Func<double, double> function, Func<double, double, double> slope)
    {
        var result = new Node(tape, Array.ConvertAll(Value, x => function(x)));
        tape.Record(() =>
        {
            for (int i = 0; i < Value.Length; i++)
                Gradient[i] += result.Gradient[i] * slope(Value[i], result.Value[i]);
        });
        return result;
    }

    private Node Combine(Node other, Func<double, double, double> function, Func<double, double, (double First, double Second)> slopes)
    {
        if (other.Value.Length != Value.Length)
            throw new ArgumentException($"{Value.Length} and {other.Value.Length} elements do not go together.");
        var result = new Node(tape, [.. Value.Zip(other.Value, function)]);
        tape.Record(() =>
        {
            for (int i = 0; i < Value.Length; i++)
            {
                (double first, double second) = slopes(Value[i], other.Value[i]);
                Gradient[i] += result.Gradient[i] * first;
                other.Gradient[i] += result.Gradient[i] * second;
            }
        });
        return result;
    }
}
