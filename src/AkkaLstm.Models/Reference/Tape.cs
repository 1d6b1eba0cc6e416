namespace AkkaLstm.Models.Reference;

/// <summary>
/// Records a computation over <see cref="Node"/>s and goes back over it for the gradients: reverse-mode
/// differentiation in its simplest form. With it a cell's twin is its equations and nothing else, and nobody derives
/// a gradient by hand twice.
/// </summary>
/// <param name="parameters">Flat parameters.</param>
/// <param name="gradient">Flat gradient; <see cref="Backward"/> adds to it.</param>
internal sealed class Tape(double[] parameters, double[] gradient)
{
    private readonly Stack<Action> _back = new();

    /// <summary>A vector that nobody asks the gradient of.</summary>
    internal Node Constant(double[] value) => new(this, value);

    /// <summary>Some parameters.</summary>
    internal Node Parameter(int offset, int length)
    {
        var node = new Node(this, parameters.AsSpan(offset, length).ToArray());
        Record(() =>
        {
            for (int i = 0; i < length; i++)
                gradient[offset + i] += node.Gradient[i];
        });
        return node;
    }

    /// <summary>M x, where M are parameters, row-major (rows, length of x), each times a factor of its own.</summary>
    internal Node Multiply(int offset, int rows, Node x, Func<int, int, double>? factor = null)
    {
        int columns = x.Value.Length;
        var value = new double[rows];
        for (int row = 0; row < rows; row++)
        {
            for (int k = 0; k < columns; k++)
                value[row] += Weight(row, k) * x.Value[k];
        }

        var node = new Node(this, value);
        Record(() =>
        {
            for (int row = 0; row < rows; row++)
            {
                for (int k = 0; k < columns; k++)
                {
                    gradient[offset + (row * columns) + k] += node.Gradient[row] * x.Value[k] * (factor?.Invoke(row, k) ?? 1);
                    x.Gradient[k] += node.Gradient[row] * Weight(row, k);
                }
            }
        });
        return node;

        double Weight(int row, int k) => parameters[offset + (row * columns) + k] * (factor?.Invoke(row, k) ?? 1);
    }

    /// <summary>The sum of rows, each times an element of its own.</summary>
    internal Node WeightedSum(Node weights, Node[] rows)
    {
        var node = new Node(this, [.. Enumerable.Range(0, rows[0].Value.Length).Select(
            i => rows.Zip(weights.Value, (row, weight) => weight * row.Value[i]).Sum())]);
        Record(() =>
        {
            for (int row = 0; row < rows.Length; row++)
            {
                for (int i = 0; i < node.Gradient.Length; i++)
                {
                    rows[row].Gradient[i] += weights.Value[row] * node.Gradient[i];
                    weights.Gradient[row] += rows[row].Value[i] * node.Gradient[i];
                }
            }
        });
        return node;
    }

    /// <summary>
    /// Completes the gradients of all nodes and adds those of the parameters, from the gradients set at the results.
    /// </summary>
    internal void Backward()
    {
        while (_back.TryPop(out Action? step))
            step();
    }

    /// <summary>Notes what is to be done on the way back.</summary>
    internal void Record(Action back) => _back.Push(back);
}
