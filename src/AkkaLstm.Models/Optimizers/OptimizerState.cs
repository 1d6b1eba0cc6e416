using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Optimization;

namespace AkkaLstm.Models.Optimizers;

/// <summary>
/// The parameters of one slice, in two buffers, and the optimizer's moments. An update reads the current buffer and
/// writes the other one, so that workers may go on reading the step they work on.
/// </summary>
/// <remarks>
/// Plain SGD leaves embedding rows without gradient alone. The other buffer then lags behind the current one by
/// exactly the rows that the update before touched, so only those and the ones touched now are written, not the
/// whole table.
/// </remarks>
public sealed class OptimizerState
{
    /// <summary>The gradient of parameters that no lane touched.</summary>
    private static readonly float[] Zeros = new float[ParameterLayout.BlockLength];

    private readonly ParameterLayout _layout;
    private readonly Memory<float>[] _buffers;
    private readonly float[][] _moments;
    private readonly int _sparseLength;
    private int _currentIndex;
    private int[] _laggingRows = [];
    private int _laggingRowCount = -1;

    /// <summary>Makes a state with buffers of its own.</summary>
    public OptimizerState(OptimizerSpec spec, ParameterLayout layout, ParameterSlice slice)
        : this(spec, layout, slice, new float[slice.Length], new float[slice.Length])
    {
    }

    /// <summary>
    /// Makes a state on two given buffers, for example the slice's parts of two buffers for the whole model.
    /// </summary>
    /// <param name="spec">The optimizer.</param>
    /// <param name="layout">The model's layout.</param>
    /// <param name="slice">The parameters it is for.</param>
    /// <param name="first">Holds the current parameters at first.</param>
    /// <param name="second">Receives the next ones.</param>
    /// <exception cref="ArgumentException">A buffer's length is not the slice's, or the spec is not valid.</exception>
    public OptimizerState(
        OptimizerSpec spec, ParameterLayout layout, ParameterSlice slice, Memory<float> first, Memory<float> second)
    {
        Spec = spec.Validate();
        if (first.Length != slice.Length || second.Length != slice.Length)
            throw new ArgumentException($"The buffers have {first.Length} and {second.Length} floats, the slice {slice.Length}.");
        _layout = layout;
        Slice = slice;
        _buffers = [first, second];
        _moments = [.. spec.MomentNames.Select(_ => new float[slice.Length])];
        _sparseLength = Math.Clamp(layout.DenseStart - slice.Start, 0, slice.Length);
    }

    /// <summary>The optimizer.</summary>
    public OptimizerSpec Spec { get; }

    /// <summary>The parameters it is for.</summary>
    public ParameterSlice Slice { get; }

    /// <summary>The parameters after the last update. The one before stays readable until the next.</summary>
    public ReadOnlyMemory<float> Current => _buffers[_currentIndex];

    /// <summary>The moments, in the order of <see cref="OptimizerSpec.MomentNames"/>; zeros at first.</summary>
    public IReadOnlyList<float[]> Moments => _moments;

    /// <summary>Sets the parameters and moments, from an initialisation or a checkpoint.</summary>
    /// <param name="parameters">The slice's parameters.</param>
    /// <param name="moments">One of each name, or none for zeros.</param>
    /// <exception cref="ArgumentException">A length or the number of moments does not fit.</exception>
    public void Restore(ReadOnlySpan<float> parameters, IReadOnlyList<ReadOnlyMemory<float>> moments)
    {
        if (parameters.Length != Slice.Length)
            throw new ArgumentException($"The slice has {Slice.Length} parameters, not {parameters.Length}.");
        if (moments.Count != 0 && (moments.Count != _moments.Length || moments.Any(moment => moment.Length != Slice.Length)))
            throw new ArgumentException($"The optimizer keeps {_moments.Length} moments of {Slice.Length} floats.");
        parameters.CopyTo(_buffers[_currentIndex].Span);
        for (int i = 0; i < _moments.Length; i++)
        {
            if (moments.Count == 0)
                Array.Clear(_moments[i]);
            else
                moments[i].CopyTo(_moments[i]);
        }

        _laggingRowCount = -1;
    }

    /// <summary>Writes the parameters after this step, which become <see cref="Current"/>.</summary>
    /// <param name="reduced">The slice's gradient sum.</param>
    /// <param name="scalars">Step, learning rate and scale of the gradient.</param>
    /// <param name="threads">Threads to share the dense parameters; the result is the same on any number.</param>
    /// <exception cref="ArgumentException">The gradient is of another slice.</exception>
    public void Apply(ReducedSlice reduced, UpdateScalars scalars, int threads = 1)
    {
        Gradient gradient = reduced.Gradient;
        if (gradient.Slice != Slice)
            throw new ArgumentException($"The gradient is of slice {gradient.Slice.Index}, the parameters of slice {Slice.Index}.");
        if (Spec.LeavesUntouchedAlone)
            ApplyToTouchedRows(gradient.Rows, scalars);
        else
            ApplyToAllRows(gradient.Rows, scalars);
        if (threads == 1)
            Update(_sparseLength, gradient.Dense.Span, scalars);
        else
            UpdateDense(gradient.Dense, scalars, threads);
        _currentIndex ^= 1;
    }

    private void UpdateDense(ReadOnlyMemory<float> gradient, UpdateScalars scalars, int threads) =>
        WorkRange.Share(gradient.Length, threads, (_, start, count) =>
            Update(_sparseLength + start, gradient.Span.Slice(start, count), scalars));

    private void ApplyToTouchedRows(SparseRows rows, in UpdateScalars scalars)
    {
        ReadOnlySpan<float> current = _buffers[_currentIndex].Span;
        Span<float> next = _buffers[_currentIndex ^ 1].Span;
        if (_laggingRowCount < 0)
            current[.._sparseLength].CopyTo(next);
        for (int i = 0; i < _laggingRowCount; i++)
        {
            int start = StartOf(_laggingRows[i], rows.Width);
            current.Slice(start, rows.Width).CopyTo(next[start..]);
        }

        for (int i = 0; i < rows.Count; i++)
            Update(StartOf(rows.Indices[i], rows.Width), rows.Row(i), scalars);
        if (_laggingRows.Length < rows.Count)
            _laggingRows = new int[rows.Indices.Length];
        rows.TouchedIndices.CopyTo(_laggingRows);
        _laggingRowCount = rows.Count;
    }

    private void ApplyToAllRows(SparseRows rows, in UpdateScalars scalars)
    {
        int start = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            int rowStart = StartOf(rows.Indices[i], rows.Width);
            UpdateUntouched(start, rowStart, scalars);
            Update(rowStart, rows.Row(i), scalars);
            start = rowStart + rows.Width;
        }

        UpdateUntouched(start, _sparseLength, scalars);
    }

    private void UpdateUntouched(int start, int end, in UpdateScalars scalars)
    {
        for (; start < end; start += Math.Min(Zeros.Length, end - start))
            Update(start, Zeros.AsSpan(0, Math.Min(Zeros.Length, end - start)), scalars);
    }

    /// <summary>Index in the slice of a row of the embedding.</summary>
    private int StartOf(int row, int width) => (row * width) - Slice.Start;

    /// <summary>Updates the parameters from a position in the slice on, as many as there are gradients.</summary>
    private void Update(int start, ReadOnlySpan<float> gradient, in UpdateScalars scalars)
    {
        ReadOnlySpan<float> current = _buffers[_currentIndex].Span.Slice(start, gradient.Length);
        Span<float> next = _buffers[_currentIndex ^ 1].Span.Slice(start, gradient.Length);
        Span<float> first = _moments.Length > 0 ? _moments[0].AsSpan(start, gradient.Length) : default;
        Span<float> second = _moments.Length > 1 ? _moments[1].AsSpan(start, gradient.Length) : default;
        float scale = scalars.GradientScale;
        float rate = scalars.LearningRate;
        switch (Spec.Kind)
        {
            case OptimizerKind.Sgd:
                OptimizerKernels.Sgd(current, gradient, next, scale, rate);
                break;
            case OptimizerKind.Momentum:
                OptimizerKernels.Momentum(current, gradient, first, next, scale, rate, Spec.Momentum);
                break;
            case OptimizerKind.RmsProp:
                OptimizerKernels.RmsProp(current, gradient, first, next, scale, rate, Spec.Smoothing, Spec.Epsilon);
                break;
            default:
                float decay = Spec.Kind == OptimizerKind.AdamW ? Spec.WeightDecay : 0;
                var adam = new AdamScalars(scalars.Step + 1, rate, Spec.Beta1, Spec.Beta2, Spec.Epsilon, decay);
                OptimizerKernels.Adam(current, gradient, first, second, next, scale, adam);
                break;
        }
    }
}
