using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Models.Layers;

/// <summary>
/// Inverted dropout on the input of one layer (or of the head): y = x * mask, mask = 0 with probability p, else 1 /
/// (1 - p).
/// </summary>
/// <remarks>
/// An element's mask is a function of (seed, step, site, absolute lane, time step, element), so that it does not
/// matter which lanes are computed together.
/// </remarks>
internal sealed class DropoutSite
{
    private readonly int _site;
    private readonly float _dropProbability;
    private readonly bool _isLocked;
    private readonly Activations _mask;
    private readonly Activations _dropped;

    /// <summary>Makes the buffers of a site.</summary>
    /// <param name="site">The layer whose input it is; L for the head.</param>
    /// <param name="dropProbability">p.</param>
    /// <param name="maxTimeSteps">Largest T.</param>
    /// <param name="maxLanes">Largest B.</param>
    /// <param name="size">Elements in a row.</param>
    /// <param name="isLocked">Whether one mask holds for all time steps, that of step 0.</param>
    internal DropoutSite(int site, float dropProbability, int maxTimeSteps, int maxLanes, int size, bool isLocked)
    {
        _isLocked = isLocked;
        _site = site;
        _dropProbability = dropProbability;
        _mask = new Activations(isLocked ? 1 : maxTimeSteps, maxLanes, size);
        _dropped = new Activations(maxTimeSteps, maxLanes, size);
    }

    /// <summary>What the last forward gave.</summary>
    internal LayerRows Dropped => new(_dropped, 0);

    /// <summary>x * mask with a fresh mask; x itself stays, because the layer below still needs it.</summary>
    /// <param name="x">(T, B, size).</param>
    /// <param name="key">The step's key.</param>
    /// <param name="firstLane">Absolute index of lane 0.</param>
    /// <param name="scratch">At least T * B * size floats.</param>
    internal LayerRows Forward(LayerRows x, StepKey key, int firstLane, Span<float> scratch)
    {
        int timeSteps = x.TimeSteps;
        int lanes = x.Source.Lanes;
        int size = _mask.Columns;
        int maskSteps = _isLocked ? 1 : timeSteps;
        _mask.Reshape(maskSteps, lanes);
        _dropped.Reshape(timeSteps, lanes);
        Span<float> rows = scratch[..(maskSteps * lanes * size)];
        var random = new RandomKey(key.Seed, RandomPurpose.Dropout, key.Step, _site);
        DropoutMask.Fill(random, _dropProbability, maskSteps, lanes, firstLane, size, rows, size);
        _mask.CopyFrom(rows);
        Apply(x.Data, _dropped.Data);
        return Dropped;
    }

    /// <summary>Turns the gradient by the dropped values into that by x, in place.</summary>
    internal void Backward(Activations gradient) => Apply(gradient.Data, gradient.Data);

    private void Apply(ReadOnlySpan<float> rows, Span<float> masked)
    {
        Span<float> mask = _mask.Data;
        for (int start = 0; start < rows.Length; start += mask.Length)
            SpanArithmetic.Multiply(rows.Slice(start, mask.Length), mask, masked.Slice(start, mask.Length));
    }
}
