using System.Runtime.Intrinsics;

namespace AkkaLstm.Numerics.Elementwise;

/// <summary>Reductions over spans whose order of additions is fixed, so that vector width cannot change a bit.</summary>
public static unsafe class SpanReductions
{
    /// <summary>Virtual lanes of a reduction: element i belongs to lane i mod 16, whatever the vectors of the machine hold.</summary>
    internal const int LaneCount = 16;

    /// <summary>The sum of x[i]^2 in double.</summary>
    /// <remarks>
    /// The squares are exact in double. Each of 16 lanes sums its elements from the first to the last, then <see cref="SumLanes"/>
    /// joins the lanes. The vectors of four doubles fall apart into smaller ones where the machine has none.
    /// </remarks>
    public static double SumOfSquares(ReadOnlySpan<float> x)
    {
        Vector256<double> sum0 = Vector256<double>.Zero;
        Vector256<double> sum1 = Vector256<double>.Zero;
        Vector256<double> sum2 = Vector256<double>.Zero;
        Vector256<double> sum3 = Vector256<double>.Zero;
        int i = 0;
        fixed (float* values = x)
        {
            for (; i <= x.Length - LaneCount; i += LaneCount)
            {
                (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.Load(values + i));
                (Vector256<double> c, Vector256<double> d) = Vector256.Widen(Vector256.Load(values + i + 8));
                sum0 += a * a;
                sum1 += b * b;
                sum2 += c * c;
                sum3 += d * d;
            }
        }

        double* lanes = stackalloc double[LaneCount];
        sum0.Store(lanes);
        sum1.Store(lanes + 4);
        sum2.Store(lanes + 8);
        sum3.Store(lanes + 12);
        for (int lane = 0; i < x.Length; i++, lane++)
            lanes[lane] += (double)x[i] * x[i];
        return SumLanes(lanes);
    }

    /// <summary>Whether no element is infinite or NaN.</summary>
    public static bool AllFinite(ReadOnlySpan<float> x)
    {
        // The difference of a finite number and itself is +0, of any other NaN.
        Vector256<float> bits = Vector256<float>.Zero;
        int i = 0;
        fixed (float* values = x)
        {
            for (; i <= x.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                Vector256<float> value = Vector256.Load(values + i);
                bits |= value - value;
            }
        }

        bool finite = Vector256.EqualsAll(bits.AsInt32(), Vector256<int>.Zero);
        for (; i < x.Length; i++)
            finite &= float.IsFinite(x[i]);
        return finite;
    }

    /// <summary>The sum of 16 lanes by a fixed tree: lane i and lane i + 8, then i and i + 4, i + 2, i + 1. Overwrites the lanes.</summary>
    internal static double SumLanes(double* lanes)
    {
        for (int half = LaneCount / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
                lanes[i] += lanes[i + half];
        }

        return lanes[0];
    }
}
