namespace AkkaLstm.Numerics.Gemm;

/// <summary>The readable double-precision twin of the products: row-major, one element after the other.</summary>
public static class NaiveGemm
{
    /// <summary>C = start + A B.</summary>
    /// <param name="a">A, (M, K).</param>
    /// <param name="b">B, (K, N).</param>
    /// <param name="start">What each element starts from, (M, N).</param>
    /// <param name="depth">K.</param>
    /// <param name="columns">N.</param>
    /// <returns>C, (M, N).</returns>
    public static double[] Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> start, int depth, int columns)
    {
        int rows = a.Length / depth;
        var c = new double[rows * columns];
        for (int m = 0; m < rows; m++)
        {
            for (int n = 0; n < columns; n++)
            {
                double sum = start[m * columns + n];
                for (int k = 0; k < depth; k++)
                    sum += (double)a[m * depth + k] * b[k * columns + n];
                c[m * columns + n] = sum;
            }
        }

        return c;
    }

    /// <summary>C = A^T B, the sum over all rows of both.</summary>
    /// <param name="a">A, (rows, M).</param>
    /// <param name="b">B, (rows, N).</param>
    /// <param name="aColumns">M.</param>
    /// <param name="bColumns">N.</param>
    /// <returns>C, (M, N).</returns>
    public static double[] MultiplyTransposed(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int aColumns, int bColumns)
    {
        int rows = a.Length / aColumns;
        var c = new double[aColumns * bColumns];
        for (int row = 0; row < rows; row++)
        {
            for (int m = 0; m < aColumns; m++)
            {
                for (int n = 0; n < bColumns; n++)
                    c[m * bColumns + n] += (double)a[row * aColumns + m] * b[row * bColumns + n];
            }
        }

        return c;
    }
}
