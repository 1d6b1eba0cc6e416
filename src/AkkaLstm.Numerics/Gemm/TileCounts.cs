namespace AkkaLstm.Numerics.Gemm;

/// <summary>
/// A number that the just-in-time compiler knows: a kernel that is generic over it keeps exactly the accumulators it needs in registers,
/// the branches on the count fold away.
/// </summary>
internal interface ICount
{
    /// <summary>The number.</summary>
    static abstract int Value { get; }
}

/// <summary>1.</summary>
internal readonly struct One : ICount
{
    /// <inheritdoc/>
    public static int Value => 1;
}

/// <summary>2.</summary>
internal readonly struct Two : ICount
{
    /// <inheritdoc/>
    public static int Value => 2;
}

/// <summary>3.</summary>
internal readonly struct Three : ICount
{
    /// <inheritdoc/>
    public static int Value => 3;
}

/// <summary>4.</summary>
internal readonly struct Four : ICount
{
    /// <inheritdoc/>
    public static int Value => 4;
}

/// <summary>5.</summary>
internal readonly struct Five : ICount
{
    /// <inheritdoc/>
    public static int Value => 5;
}

/// <summary>6.</summary>
internal readonly struct Six : ICount
{
    /// <inheritdoc/>
    public static int Value => 6;
}
