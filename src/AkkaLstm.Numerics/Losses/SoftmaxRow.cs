using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Losses;

/// <summary>The passes over one row of V logits that softmax is made of.</summary>
/// <remarks>
/// The sum over a row: element i belongs to lane i mod 16. Over each block of 1024 elements a lane sums its 64 in float, then adds that to
/// its total in double; at the end a fixed tree joins the lanes. So the order does not depend on the vector width, and the error stays at
/// a few float roundings however long the row is.
/// </remarks>
internal static unsafe class SoftmaxRow
{
    private const int BlockLength = 1024;

    /// <summary>The largest element; NaN elements are passed over. V is at least 1.</summary>
    public static float Max(ReadOnlySpan<float> row, SimdPath path)
    {
        fixed (float* values = row)
        {
            MaxKernel kernel = new() { Values = values, Count = row.Length };
            SimdKernel.Run(ref kernel, path);
            return kernel.Result;
        }
    }

    /// <summary>y[i] = e^((x[i] - max) * scale), and their sum. y is x or apart.</summary>
    public static double Exponentials(ReadOnlySpan<float> x, float max, float scale, Span<float> y, SimdPath path)
    {
        fixed (float* source = x)
        fixed (float* destination = y)
            return SumOfExponentials(source, x.Length, max, scale, destination, path);
    }

    /// <summary>The sum of e^((x[i] - max) * scale): the same bits as that of <see cref="Exponentials"/>.</summary>
    public static double SumOfExponentials(ReadOnlySpan<float> x, float max, float scale, SimdPath path)
    {
        fixed (float* source = x)
            return SumOfExponentials(source, x.Length, max, scale, null, path);
    }

    private static double SumOfExponentials(float* x, int count, float max, float scale, float* y, SimdPath path)
    {
        double* lanes = stackalloc double[SpanReductions.LaneCount];
        new Span<double>(lanes, SpanReductions.LaneCount).Clear();
        for (int start = 0; start < count; start += BlockLength)
        {
            BlockKernel kernel = new()
            {
                X = x + start,
                Y = y == null ? null : y + start,
                Count = Math.Min(BlockLength, count - start),
                Max = max,
                Scale = scale,
                Lanes = lanes,
            };
            SimdKernel.Run(ref kernel, path);
        }

        return SpanReductions.SumLanes(lanes);
    }

    private struct MaxKernel : ISimdKernel
    {
        public float* Values;
        public int Count;
        public float Result;

        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            TVector max = TSimd.Broadcast(float.NegativeInfinity);
            int i = 0;
            for (; i <= Count - TSimd.Width; i += TSimd.Width)
                max = TSimd.Max(TSimd.Load(Values + i), max);
            if (i < Count)
                max = TSimd.Max(Remainder<TSimd, TVector>.Load(Values + i, Count - i, float.NegativeInfinity), max);
            float* lanes = stackalloc float[TSimd.Width];
            TSimd.Store(lanes, max);
            Result = lanes[0];
            for (int lane = 1; lane < TSimd.Width; lane++)
                Result = lanes[lane] > Result ? lanes[lane] : Result;
        }
    }

    private struct BlockKernel : ISimdKernel
    {
        public float* X;
        public float* Y;
        public int Count;
        public float Max;
        public float Scale;
        public double* Lanes;

        public readonly void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            float* sums = stackalloc float[TSimd.Width];
            TVector max = TSimd.Broadcast(Max);
            TVector scale = TSimd.Broadcast(Scale);
            for (int firstLane = 0; firstLane < SpanReductions.LaneCount; firstLane += TSimd.Width)
            {
                TVector sum = TSimd.Broadcast(0f);
                int i = firstLane;
                for (; i <= Count - TSimd.Width; i += SpanReductions.LaneCount)
                {
                    TVector scaled = TSimd.Multiply(TSimd.Subtract(TSimd.Load(X + i), max), scale);
                    TVector e = VectorMath<TSimd, TVector>.Exp(scaled);
                    sum = TSimd.Add(sum, e);
                    if (Y != null)
                        TSimd.Store(Y + i, e);
                }

                if (i < Count)
                {
                    // Lanes past the end get e^-infinity = 0, which changes no sum.
                    TVector last = Remainder<TSimd, TVector>.Load(X + i, Count - i, float.NegativeInfinity);
                    TVector e = VectorMath<TSimd, TVector>.Exp(TSimd.Multiply(TSimd.Subtract(last, max), scale));
                    sum = TSimd.Add(sum, e);
                    if (Y != null)
                        Remainder<TSimd, TVector>.Store(Y + i, Count - i, e);
                }

                TSimd.Store(sums, sum);
                for (int lane = 0; lane < TSimd.Width; lane++)
                    Lanes[firstLane + lane] += sums[lane];
            }
        }
    }
}
