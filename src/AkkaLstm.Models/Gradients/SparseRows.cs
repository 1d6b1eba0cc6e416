namespace AkkaLstm.Models.Gradients;

/// <summary>
/// Rows of the sparse tensor that a gradient touches: sorted row indices and their values. The store grows to the
/// largest count seen and is then reused.
/// </summary>
/// <remarks>
/// Invariant: Indices[0 .. Count) is strictly ascending; row r's values are Values[r * Width .. (r + 1) * Width).
/// </remarks>
public sealed class SparseRows
{
    /// <summary>Makes an empty set of rows.</summary>
    /// <param name="width">E, floats in a row; 0 where the model has no sparse tensor.</param>
    /// <param name="capacity">Rows to make room for at once.</param>
    public SparseRows(int width, int capacity = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Width = width;
        Indices = new int[capacity];
        Values = new float[checked(capacity * width)];
    }

    /// <summary>E, floats in a row.</summary>
    public int Width { get; }

    /// <summary>Touched rows.</summary>
    public int Count { get; set; }

    /// <summary>Row indices in the whole sparse tensor, ascending; the first <see cref="Count"/> are valid.</summary>
    public int[] Indices { get; private set; }

    /// <summary>(Count, E) values; the rest is room.</summary>
    public float[] Values { get; private set; }

    /// <summary>The touched rows' indices.</summary>
    public ReadOnlySpan<int> TouchedIndices => Indices.AsSpan(0, Count);

    /// <summary>Values of the i-th touched row.</summary>
    public Span<float> Row(int i) => Values.AsSpan(i * Width, Width);

    /// <summary>Makes room for that many rows; what is stored stays.</summary>
    public void EnsureCapacity(int rowCount)
    {
        if (rowCount <= Indices.Length)
            return;
        int capacity = Math.Max(rowCount, (int)Math.Min(2L * Indices.Length, Array.MaxLength));
        int[] indices = new int[capacity];
        float[] values = new float[checked(capacity * Width)];
        Indices.AsSpan(0, Count).CopyTo(indices);
        Values.AsSpan(0, Count * Width).CopyTo(values);
        (Indices, Values) = (indices, values);
    }

    /// <summary>Position of the first touched row that is not below <paramref name="rowIndex"/>.</summary>
    public int LowerBound(int rowIndex)
    {
        int position = TouchedIndices.BinarySearch(rowIndex);
        return position < 0 ? ~position : position;
    }
}
