using AkkaLstm.Models.Cells;
using AkkaLstm.Numerics.Random;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace AkkaLstm.Models.Parameters;

/// <summary>
/// The parameters that training starts from: a function of the model, the options and the seed alone. Each tensor
/// has a random sequence of its own, so that a change of one tensor's size leaves the others' values as they are.
/// </summary>
public static class Initializer
{
    /// <summary>Fills a flat parameter buffer.</summary>
    /// <exception cref="ArgumentException">The options are not valid, or the length is not the layout's.</exception>
    public static void Fill(ParameterLayout layout, InitOptions options, ulong seed, Span<float> parameters)
    {
        options.Validate();
        layout.RequireTotalLength(parameters.Length);
        for (int i = 0; i < layout.Tensors.Count; i++)
        {
            TensorInfo tensor = layout.Tensors[i];
            RandomStream random = new RandomKey(seed, RandomPurpose.Initialization, index: i).OpenStream();
            FillTensor(layout, tensor, options, ref random, parameters.Slice(tensor.Offset, tensor.Length));
        }

        RecurrentCell cell = RecurrentCell.Of(layout.Spec.Cell);
        SetBias(layout, cell.ForgetGate, options.ForgetBias, parameters);
        SetBias(layout, cell.InputGate, options.InputBias, parameters);
    }

    private static void FillTensor(
        ParameterLayout layout, TensorInfo tensor, InitOptions options, ref RandomStream random, Span<float> values)
    {
        bool isReadOut = tensor == layout.HeadWeight || tensor.Offset >= layout.ReadOutStart;
        if (tensor.Start is { } start)
            values.Fill(start);
        else if (!isReadOut && !tensor.IsSparse && RecurrentCell.Of(layout.Spec.Cell).IsFixed)
            FillReservoir(layout, tensor, options, ref random, values);
        else if (options.Kind == InitKind.Uniform)
            random.FillUniform(values, -(double)options.UniformScale, options.UniformScale);
        else if (tensor.IsSparse)
            random.FillNormal(values, 0, 1);
        else if (isReadOut)
            FillSymmetric(ref random, values, 1 / Math.Sqrt(ReadBy(layout, tensor)));
        else if (options.Kind != InitKind.Orthogonal || !FillOrthogonal(layout, tensor, ref random, values))
            FillSymmetric(ref random, values, 1 / Math.Sqrt(layout.Spec.HiddenSize));
    }

    /// <summary>How many elements an output of head or attention reads.</summary>
    private static int ReadBy(ParameterLayout layout, TensorInfo tensor) =>
        tensor == layout.HeadWeight || tensor == layout.HeadBias ? layout.Spec.HeadInputSize
        : tensor == layout.Attention!.Score ? layout.Spec.AttentionSize
        : layout.Spec.LayerOutputSize;

    private static void FillSymmetric(ref RandomStream random, Span<float> values, double bound) =>
        random.FillUniform(values, -bound, bound);

    /// <summary>False for a tensor that the rule says nothing of: the units' own parameters.</summary>
    private static bool FillOrthogonal(ParameterLayout layout, TensorInfo tensor, ref RandomStream random, Span<float> values)
    {
        int hiddenSize = layout.Spec.HiddenSize;
        LayerTensors layer = layout.LayerOf(tensor);
        if (tensor == layer.InputBias || tensor == layer.HiddenBias)
            values.Clear();
        else if (tensor == layer.InputWeight)
            FillSymmetric(ref random, values, Math.Sqrt(6.0 / (tensor.Shape[1] + hiddenSize)));
        else if (tensor == layer.Projection)
            FillOrthogonal(hiddenSize, tensor.Shape[0], hiddenSize, ref random, values);
        else if (tensor == layer.HiddenWeight)
            FillOrthogonalGates(hiddenSize, tensor.Shape[1], ref random, values);
        else
            return false;
        return true;
    }

    /// <summary>
    /// Input weights and bias_ih as wide as the rule or, by default, U(-1/sqrt(I), 1/sqrt(I)): nobody will scale them to
    /// the data. bias_hh is 0. U is uniform or orthogonal, scaled to its spectral radius.
    /// </summary>
    private static void FillReservoir(
        ParameterLayout layout, TensorInfo tensor, InitOptions options, ref RandomStream random, Span<float> values)
    {
        LayerTensors layer = layout.LayerOf(tensor);
        int size = layout.Spec.HiddenSize;
        if (tensor == layer.HiddenBias)
        {
            values.Clear();
        }
        else if (tensor != layer.HiddenWeight)
        {
            double range = options.Kind == InitKind.Uniform ? options.UniformScale : 1 / Math.Sqrt(layer.InputWeight.Shape[1]);
            FillSymmetric(ref random, values, range);
        }
        else if (options.Kind == InitKind.Orthogonal)
        {
            FillOrthogonal(size, size, size, ref random, values);
            Scale(values, options.SpectralRadius);
        }
        else
        {
            FillSymmetric(ref random, values, 1);
            Scale(values, options.SpectralRadius / SpectralRadius(size, values));
        }
    }

    /// <summary>The largest magnitude of a matrix' eigenvalues.</summary>
    private static double SpectralRadius(int size, ReadOnlySpan<float> values)
    {
        double[] columns = Array.ConvertAll(values.ToArray(), value => (double)value);
        return Matrix<double>.Build.Dense(size, size, columns).Evd().EigenValues.AbsoluteMaximum().Magnitude;
    }

    private static void Scale(Span<float> values, double factor)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(factor * values[i]);
    }

    private static void FillOrthogonalGates(int hiddenSize, int columns, ref RandomStream random, Span<float> values)
    {
        int gateLength = hiddenSize * columns;
        for (int start = 0; start < values.Length; start += gateLength)
            FillOrthogonal(hiddenSize, hiddenSize, columns, ref random, values.Slice(start, gateLength));
    }

    /// <summary>
    /// Q of the QR decomposition of a square matrix of normal numbers, each column with the sign that makes R's diagonal
    /// positive: uniform over the orthogonal matrices (Mezzadri 2007). Takes its first rows and columns.
    /// </summary>
    private static void FillOrthogonal(int size, int rows, int columns, ref RandomStream random, Span<float> values)
    {
        var normal = Matrix<double>.Build.Dense(size, size);
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
                normal[row, column] = random.NextNormal();
        }

        QR<double> factors = normal.QR(QRMethod.Full);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double sign = factors.R[column, column] < 0 ? -1 : 1;
                values[(row * columns) + column] = (float)(sign * factors.Q[row, column]);
            }
        }
    }

    /// <summary>Makes the sum of a gate's two biases that value.</summary>
    private static void SetBias(ParameterLayout layout, int? gate, float? bias, Span<float> parameters)
    {
        if ((gate, bias) is not ({ } index, { } value))
            return;
        int hiddenSize = layout.Spec.HiddenSize;
        foreach (LayerTensors tensors in layout.Layers)
        {
            parameters.Slice(tensors.InputBias.Offset + (index * hiddenSize), hiddenSize).Fill(value);
            parameters.Slice(tensors.HiddenBias.Offset + (index * hiddenSize), hiddenSize).Clear();
        }
    }
}
