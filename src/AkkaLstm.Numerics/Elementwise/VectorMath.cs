using System.Runtime.CompilerServices;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Elementwise;

/// <summary>
/// exp, tanh, sigmoid and log on vectors of float32, made of correctly rounded operations only (add, multiply, fused multiply-add,
/// divide, bits), so that every machine and every vector width gives the same bits.
/// </summary>
/// <typeparam name="TSimd">The vector operations.</typeparam>
/// <typeparam name="TVector">The vector of float32 lanes.</typeparam>
/// <remarks>
/// <para>Each function works for every float: denormal arguments and results, overflow, infinities, signed zeros. NaN gives NaN.</para>
/// <para>The polynomials are minimax fits (Remez exchange, weighted by the relative error of the function) on the reduced range, with
/// the low coefficients fixed at their exact values and the others rounded to float. Range reduction is Cody and Waite's. The errors
/// stated were measured on all 2^32 floats; the tests repeat a part of that on every run.</para>
/// </remarks>
public static class VectorMath<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Below it exp rounds to zero: ln 2^-150 = -103.97.</summary>
    private const float ExpLowest = -104f;

    /// <summary>From it on exp overflows: ln of the largest float = 88.72.</summary>
    private const float ExpHighest = 89f;

    /// <summary>From it on sigmoid rounds to one (17.33).</summary>
    private const float SigmoidSaturation = 20f;

    /// <summary>From it on tanh rounds to one (9.01).</summary>
    private const float TanhSaturation = 9.5f;

    private const float Log2OfE = 1.44269504f;

    /// <summary>ln 2 = High + Low; High has 9 significant bits, so that a whole number up to 2^15 times it is exact.</summary>
    private const float Log2High = 0.693359375f;
    private const float Log2Low = -2.12194440e-4f;

    /// <summary>1.5 * 2^23: adding it rounds a small number to a whole one, which then stands in the low bits.</summary>
    private const float RoundingShift = 12582912f;

    private const int SignBit = unchecked((int)0x80000000);
    private const int MagnitudeBits = 0x7FFFFFFF;
    private const int MantissaBits = 0x007FFFFF;
    private const int MantissaWidth = 23;

    /// <summary>The bits of 2/3: log takes mantissas from [2/3, 4/3), around 1.</summary>
    private const int TwoThirdsBits = 0x3F2AAAAB;

    private const float SmallestNormal = 1.17549435e-38f;
    private const float TwoToThe23 = 8388608f;

    /// <summary>e^x; at most 1.07 ULP from the exact value over all floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        x = TSimd.Min(TSimd.Broadcast(ExpHighest), x);
        return ExpBounded(TSimd.Max(TSimd.Broadcast(ExpLowest), x));
    }

    /// <summary>1 / (1 + e^-x), computed as e^x / (1 + e^x); at most 2.41 ULP from the exact value over all floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid(TVector x)
    {
        // With e^x on top, results far down on the left are as accurate as exp, denormals included.
        x = TSimd.Min(TSimd.Broadcast(SigmoidSaturation), x);
        TVector e = ExpBounded(TSimd.Max(TSimd.Broadcast(ExpLowest), x));
        return TSimd.Divide(e, TSimd.Add(TSimd.Broadcast(1f), e));
    }

    /// <summary>tanh x = m / (m + 2) with m = e^2x - 1; odd to the bit; at most 2.61 ULP from the exact value over all floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh(TVector x)
    {
        TVector magnitude = TSimd.And(x, TSimd.BroadcastBits(MagnitudeBits));
        TVector bounded = TSimd.Min(TSimd.Broadcast(TanhSaturation), magnitude);
        TVector minusOne = ReduceExp(TSimd.Add(bounded, bounded), out TVector shifted);

        // e^2x - 1 = 2^n (e^r - 1) + (2^n - 1): nothing cancels for a small x, where n = 0.
        TVector one = TSimd.Broadcast(1f);
        TVector power = TSimd.AddBits(TSimd.ShiftBitsLeft(shifted, MantissaWidth), one);
        TVector m = TSimd.FusedMultiplyAdd(power, minusOne, TSimd.Subtract(power, one));
        TVector result = TSimd.Divide(m, TSimd.Add(m, TSimd.Broadcast(2f)));
        return TSimd.Or(result, TSimd.And(x, TSimd.BroadcastBits(SignBit)));
    }

    /// <summary>The natural logarithm; at most 0.94 ULP from the exact value over all floats; NaN for x &lt; 0, -infinity for zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Log(TVector x)
    {
        // x = 2^e m with m in [2/3, 4/3); denormals are made normal first.
        TVector isTiny = TSimd.LessThan(x, TSimd.Broadcast(SmallestNormal));
        TVector normal = TSimd.Select(isTiny, TSimd.Multiply(x, TSimd.Broadcast(TwoToThe23)), x);
        TVector offset = TSimd.AddBits(normal, TSimd.BroadcastBits(-TwoThirdsBits));
        TVector exponent = TSimd.ConvertBitsToFloat(TSimd.ShiftBitsRight(offset, MantissaWidth));
        exponent = TSimd.Add(exponent, TSimd.And(isTiny, TSimd.Broadcast(-MantissaWidth)));
        TVector mantissa = TSimd.AddBits(
            TSimd.And(offset, TSimd.BroadcastBits(MantissaBits)), TSimd.BroadcastBits(TwoThirdsBits));

        // log m = f - f^2/2 + f^3 P(f), f = m - 1 (exact).
        TVector f = TSimd.Subtract(mantissa, TSimd.Broadcast(1f));
        TVector p = TSimd.Broadcast(-0.128917694f);
        p = TSimd.FusedMultiplyAdd(p, f, TSimd.Broadcast(0.139844641f));
        p = TSimd.FusedMultiplyAdd(p, f, TSimd.Broadcast(-0.121842422f));
        p = TSimd.FusedMultiplyAdd(p, f, TSimd.Broadcast(0.140058637f));
        p = TSimd.FusedMultiplyAdd(p, f, TSimd.Broadcast(-0.16680488f));
        p = TSimd.FusedMultiplyAdd(p, f, TSimd.Broadcast(0.200104058f));
        p = TSimd.FusedMultiplyAdd(p, f, TSimd.Broadcast(-0.249997973f));
        p = TSimd.FusedMultiplyAdd(p, f, TSimd.Broadcast(0.333332151f));
        p = TSimd.FusedMultiplyAdd(p, f, TSimd.Broadcast(-0.5f));
        TVector low = TSimd.Multiply(p, TSimd.Multiply(f, f));
        low = TSimd.FusedMultiplyAdd(exponent, TSimd.Broadcast(Log2Low), low);
        TVector result = TSimd.FusedMultiplyAdd(exponent, TSimd.Broadcast(Log2High), TSimd.Add(f, low));

        // +infinity and NaN are their own logarithm; what is not positive has none.
        result = TSimd.Select(TSimd.LessThan(x, TSimd.Broadcast(float.PositiveInfinity)), result, x);
        TVector notPositive = TSimd.Select(
            TSimd.LessThan(x, TSimd.Broadcast(0f)), TSimd.Broadcast(float.NaN), TSimd.Broadcast(float.NegativeInfinity));
        return TSimd.Select(TSimd.LessThan(x, TSimd.Broadcast(float.Epsilon)), notPositive, result);
    }

    /// <summary>e^x for x in [-104, 89], or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ExpBounded(TVector x)
    {
        TVector minusOne = ReduceExp(x, out TVector shifted);
        TVector n = TSimd.Subtract(shifted, TSimd.Broadcast(RoundingShift));
        return TSimd.ScaleByPowerOfTwo(TSimd.Add(TSimd.Broadcast(1f), minusOne), n);
    }

    /// <summary>Splits x = n ln 2 + r with |r| at most ln(2)/2 and gives e^r - 1 with a small relative error.</summary>
    /// <param name="x">Magnitude at most 104, or NaN.</param>
    /// <param name="shifted">n + <see cref="RoundingShift"/>; the low bits hold n as an integer.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ReduceExp(TVector x, out TVector shifted)
    {
        TVector shift = TSimd.Broadcast(RoundingShift);
        shifted = TSimd.FusedMultiplyAdd(x, TSimd.Broadcast(Log2OfE), shift);
        TVector n = TSimd.Subtract(shifted, shift);
        TVector r = TSimd.FusedMultiplyAdd(n, TSimd.Broadcast(-Log2High), x);
        r = TSimd.FusedMultiplyAdd(n, TSimd.Broadcast(-Log2Low), r);

        // e^r - 1 = r + r^2 Q(r), Q in two halves (Estrin) to shorten the chain of dependent operations.
        TVector squared = TSimd.Multiply(r, r);
        TVector q = TSimd.FusedMultiplyAdd(TSimd.Broadcast(0.00836654753f), r, TSimd.Broadcast(0.0416672006f));
        q = TSimd.FusedMultiplyAdd(TSimd.Broadcast(0.0013882512f), squared, q);
        q = TSimd.FusedMultiplyAdd(q, squared, TSimd.FusedMultiplyAdd(
            TSimd.Broadcast(0.166665435f), r, TSimd.Broadcast(0.49999997f)));
        return TSimd.FusedMultiplyAdd(q, squared, r);
    }
}
