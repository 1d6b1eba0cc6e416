namespace AkkaLstm.Numerics.Simd;

/// <summary>
/// The vector operations that the kernels are written in. A kernel is generic over an implementation and its vector type, so that
/// one source serves every vector width; the just-in-time compiler specialises and inlines it.
/// </summary>
/// <typeparam name="TVector">The vector of float32 lanes.</typeparam>
/// <remarks>
/// Every operation works on each lane alone and is exact or correctly rounded (IEEE 754), so that the width cannot change a bit.
/// Approximations such as reciprocal estimates differ between machines and have no place here.
/// </remarks>
public unsafe interface ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Lanes in a vector.</summary>
    static abstract int Width { get; }

    /// <summary>Reads <see cref="Width"/> floats; no alignment is asked for.</summary>
    static abstract TVector Load(float* source);

    /// <summary>Writes <see cref="Width"/> floats.</summary>
    static abstract void Store(float* destination, TVector value);

    /// <summary>The same value in every lane.</summary>
    static abstract TVector Broadcast(float value);

    /// <summary>The same bit pattern in every lane.</summary>
    static abstract TVector BroadcastBits(int bits);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a - b.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a * b.</summary>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a / b.</summary>
    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a * b + c, rounded once.</summary>
    static abstract TVector FusedMultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>The square root, correctly rounded.</summary>
    static abstract TVector SquareRoot(TVector a);

    /// <summary>a where a &lt; b, else b: the second operand where either is NaN or both are zeros.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>a where b &lt; a, else b: the second operand where either is NaN or both are zeros.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>a * 2^n, rounded once, also where the result is denormal or overflows.</summary>
    /// <param name="a">Normal numbers with a magnitude in [1/4, 4), or NaN.</param>
    /// <param name="n">Whole numbers in [-200, 200].</param>
    static abstract TVector ScaleByPowerOfTwo(TVector a, TVector n);

    /// <summary>All bits set in the lanes where a &lt; b (false where either is NaN).</summary>
    static abstract TVector LessThan(TVector a, TVector b);

    /// <summary>The bits of <paramref name="whenSet"/> where the mask's are set, else those of <paramref name="otherwise"/>.</summary>
    static abstract TVector Select(TVector mask, TVector whenSet, TVector otherwise);

    /// <summary>Bitwise and.</summary>
    static abstract TVector And(TVector a, TVector b);

    /// <summary>Bitwise or.</summary>
    static abstract TVector Or(TVector a, TVector b);

    /// <summary>Bitwise exclusive or.</summary>
    static abstract TVector Xor(TVector a, TVector b);

    /// <summary>Adds the lanes' bits as 32-bit integers, wrapping.</summary>
    static abstract TVector AddBits(TVector a, TVector b);

    /// <summary>Shifts each lane's bits to the left, filling with zeros.</summary>
    static abstract TVector ShiftBitsLeft(TVector a, int count);

    /// <summary>Shifts each lane's bits to the right, filling with the sign.</summary>
    static abstract TVector ShiftBitsRight(TVector a, int count);

    /// <summary>The lanes' bits, read as 32-bit integers, converted to float (to nearest, ties to even).</summary>
    static abstract TVector ConvertBitsToFloat(TVector a);
}
