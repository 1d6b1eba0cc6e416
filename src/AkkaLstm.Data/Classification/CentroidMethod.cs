namespace AkkaLstm.Data.Classification;

/// <summary>
/// Nearest centroid: a sequence becomes one vector that knows nothing of order, the mean over time of every normalised feature, or the
/// frequencies of a text's tokens brought to unit length; it goes to the class whose training sequences have the nearest mean vector
/// (Euclidean distance). What a model does better than this it owes to order.
/// </summary>
internal sealed class CentroidMethod : IClassificationMethod
{
    private readonly double[][] _centroids; // (classes)(inputs)
    private readonly double[] _squares; // (classes): |centroid|^2, infinite where training has no such class

    /// <summary>Averages the training part.</summary>
    internal CentroidMethod(IReadOnlyList<EncodedSequence> training, int classCount, int inputSize)
    {
        _centroids = [.. Enumerable.Range(0, classCount).Select(_ => new double[inputSize])];
        var counts = new int[classCount];
        foreach (EncodedSequence sequence in training)
        {
            counts[sequence.Class]++;
            foreach ((int input, double value) in Vector(sequence))
                _centroids[sequence.Class][input] += value;
        }

        for (int c = 0; c < classCount; c++)
        {
            for (int i = 0; i < inputSize; i++)
                _centroids[c][i] /= Math.Max(counts[c], 1);
        }

        _squares = [.. _centroids.Select((centroid, c) => counts[c] == 0 ? double.PositiveInfinity : centroid.Sum(x => x * x))];
    }

    /// <inheritdoc/>
    public string Name => "centroid";

    /// <inheritdoc/>
    public string Description => "nearest mean features";

    /// <inheritdoc/>
    public int Classify(EncodedSequence sequence)
    {
        // |x - c|^2 = |x|^2 - 2 x c + |c|^2, and |x|^2 is the same for all classes.
        (int Input, double Value)[] vector = [.. Vector(sequence)];
        int nearest = 0;
        double least = double.PositiveInfinity;
        for (int c = 0; c < _centroids.Length; c++)
        {
            double[] centroid = _centroids[c];
            double distance = _squares[c] - (2 * vector.Sum(element => element.Value * centroid[element.Input]));
            if (distance < least)
                (nearest, least) = (c, distance);
        }

        return nearest;
    }

    private static IEnumerable<(int Input, double Value)> Vector(EncodedSequence sequence)
    {
        if (sequence.Tokens.Length > 0)
        {
            var counts = sequence.Tokens.CountBy(token => token).ToList();
            double norm = Math.Sqrt(counts.Sum(token => (double)token.Value * token.Value));
            return counts.Select(token => (token.Key, token.Value / norm));
        }

        var means = new double[sequence.StepSize];
        for (int k = 0; k < sequence.Values.Length; k++)
            means[k % means.Length] += sequence.Values[k] / (double)sequence.Length;
        return means.Select((mean, input) => (input, mean));
    }
}
