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
            Span<float> values = parameters.Slice(tensor.Offset, tensor.Length);
            if (options.Kind == InitKind.Uniform)
                random.FillUniform(values, -(double)options.UniformScale, options.UniformScale);
            else if (tensor.IsSparse)
                random.FillNormal(values, 0, 1);
            else if (options.Kind == InitKind.Orthogonal && IsRecurrentLayer(layout, tensor))
                FillOrthogonal(tensor, layout.Spec.HiddenSize, ref random, values);
            else
                FillSymmetric(ref random, values, 1 / Math.Sqrt(layout.Spec.HiddenSize));
        }

        if (options.ForgetBias is { } bias)
            SetForgetBias(layout, bias, parameters);
    }

    private static bool IsRecurrentLayer(ParameterLayout layout, TensorInfo tensor) =>
        tensor.Offset < layout.HeadWeight.Offset;

    private static void FillSymmetric(ref RandomStream random, Span<float> values, double bound) =>
        random.FillUniform(values, -bound, bound);

    private static void FillOrthogonal(TensorInfo tensor, int hiddenSize, ref RandomStream random, Span<float> values)
    {
        if (tensor.Name.Contains("bias", StringComparison.Ordinal))
        {
            values.Clear();
        }
        else if (tensor.Name.Contains("weight_ih", StringComparison.Ordinal))
        {
            FillSymmetric(ref random, values, Math.Sqrt(6.0 / (tensor.Shape[1] + hiddenSize)));
        }
        else
        {
            int gateLength = hiddenSize * hiddenSize;
            for (int gate = 0; gate < tensor.Shape[0] / hiddenSize; gate++)
                FillOrthogonalSquare(hiddenSize, ref random, values.Slice(gate * gateLength, gateLength));
        }
    }

    /// <summary>
    /// Q of the QR decomposition of a matrix of normal numbers, each column with the sign that makes R's diagonal
    /// positive: uniform over the orthogonal matrices (Mezzadri 2007).
    /// </summary>
    private static void FillOrthogonalSquare(int size, ref RandomStream random, Span<float> values)
    {
        var normal = Matrix<double>.Build.Dense(size, size);
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
                normal[row, column] = random.NextNormal();
        }

        QR<double> factors = normal.QR(QRMethod.Full);
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                double sign = factors.R[column, column] < 0 ? -1 : 1;
                values[(row * size) + column] = (float)(sign * factors.Q[row, column]);
            }
        }
    }

    private static void SetForgetBias(ParameterLayout layout, float bias, Span<float> parameters)
    {
        if (RecurrentCell.Of(layout.Spec.Cell).ForgetGate is not { } gate)
            return;
        int hiddenSize = layout.Spec.HiddenSize;
        for (int layer = 0; layer < layout.Spec.LayerCount; layer++)
        {
            parameters.Slice(layout.Layer(layer).InputBias.Offset + (gate * hiddenSize), hiddenSize).Fill(bias);
            parameters.Slice(layout.Layer(layer).HiddenBias.Offset + (gate * hiddenSize), hiddenSize).Clear();
        }
    }
}
