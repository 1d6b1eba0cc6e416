using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Attention;

/// <summary>
/// The arithmetic of additive attention for one query over the first S time steps of one lane (Bahdanau, Cho and Bengio 2014, "Neural
/// Machine Translation by Jointly Learning to Align and Translate"): scores, weighted sum and their gradients.
/// </summary>
/// <remarks>
/// <para>
/// A columns of queries and keys, C of states, each padded with zeros to a multiple of 16 as in <see cref="Activations"/>; S is the number
/// of scores or weights. A sum over columns gives column i to lane i mod 16, each lane adds up from the first column to the last, and a
/// fixed tree joins the lanes; a sum over time steps goes from the first to the last. So no vector width can change a bit.
/// </para>
/// <para>Results that are gradients of activations are flushed, see <see cref="TinyValues"/>.</para>
/// </remarks>
public static unsafe class AdditiveAttention
{
    private const int BlockColumns = Activations.BlockColumns;

    /// <summary>u[s, a] = tanh(q[a] + k[s, lane, a]) and scores[s] = sum_a v[a] u[s, a].</summary>
    /// <param name="keys">k, (T, B, A).</param>
    /// <param name="lane">The lane.</param>
    /// <param name="query">q, (A).</param>
    /// <param name="vector">v, (A).</param>
    /// <param name="mixed">Receives u, (S, A).</param>
    /// <param name="scores">Receives the scores, (S).</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public static void Scores(
        Activations keys, int lane, ReadOnlySpan<float> query, ReadOnlySpan<float> vector, Span<float> mixed, Span<float> scores) =>
        Scores(keys, lane, query, vector, mixed, scores, SimdPaths.Current);

    /// <summary>sum[c] = sum_s weights[s] h[s, lane, c].</summary>
    /// <param name="states">h, (T, B, C).</param>
    /// <param name="firstStep">The step of <paramref name="states"/> that is s = 0.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="weights">The weights, (S).</param>
    /// <param name="sum">Receives the sum, (C).</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public static void WeightedSum(
        Activations states, int firstStep, int lane, ReadOnlySpan<float> weights, Span<float> sum) =>
        WeightedSum(states, firstStep, lane, weights, sum, SimdPaths.Current);

    /// <summary>
    /// From the gradient by the weighted sum: dWeights[s] = sum_c dSum[c] h[s, lane, c], and dh[s, lane, c] += weights[s] dSum[c].
    /// </summary>
    /// <param name="states">h, (T, B, C).</param>
    /// <param name="firstStep">The step of <paramref name="states"/> that is s = 0.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="weights">The weights, (S).</param>
    /// <param name="dSum">Gradient by the sum, (C).</param>
    /// <param name="dWeights">Receives the gradient by the weights, (S).</param>
    /// <param name="dStates">dh, (T, B, C), from s = 0 on; is added to.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public static void WeightedSumBack(
        Activations states, int firstStep, int lane, ReadOnlySpan<float> weights, ReadOnlySpan<float> dSum,
        Span<float> dWeights, Activations dStates) =>
        WeightedSumBack(states, firstStep, lane, weights, dSum, dWeights, dStates, SimdPaths.Current);

    /// <summary>
    /// From the gradient by the scores: dz = dScores[s] v[a] (1 - u[s, a]^2) is added to dk[s, lane, a], its sum over s is
    /// dq[a], and dv[a] = sum_s dScores[s] u[s, a].
    /// </summary>
    /// <param name="mixed">u, (S, A).</param>
    /// <param name="vector">v, (A).</param>
    /// <param name="dScores">Gradient by the scores, (S).</param>
    /// <param name="dKeys">dk, (T, B, A); is added to.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="dQuery">Receives dq, (A).</param>
    /// <param name="dVector">Receives dv, (A).</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public static void ScoresBack(
        ReadOnlySpan<float> mixed, ReadOnlySpan<float> vector, ReadOnlySpan<float> dScores, Activations dKeys, int lane,
        Span<float> dQuery, Span<float> dVector) =>
        ScoresBack(mixed, vector, dScores, dKeys, lane, dQuery, dVector, SimdPaths.Current);

    internal static void Scores(
        Activations keys, int lane, ReadOnlySpan<float> query, ReadOnlySpan<float> vector, Span<float> mixed, Span<float> scores,
        SimdPath path)
    {
        int width = CheckRows(keys, 0, lane, scores.Length);
        SpanGuard.SameLength(width, query.Length);
        SpanGuard.SameLength(width, vector.Length);
        SpanGuard.SameLength(width * scores.Length, mixed.Length);
        fixed (float* q = query, v = vector, u = mixed, result = scores)
        {
            var kernel = new ScoresKernel { K = Lane.Of(keys, 0, lane), Q = q, V = v, U = u, Scores = result, Count = scores.Length };
            SimdKernel.Run(ref kernel, path);
        }
    }

    internal static void WeightedSum(
        Activations states, int firstStep, int lane, ReadOnlySpan<float> weights, Span<float> sum, SimdPath path)
    {
        SpanGuard.SameLength(CheckRows(states, firstStep, lane, weights.Length), sum.Length);
        fixed (float* w = weights, result = sum)
        {
            var kernel = new SumKernel { H = Lane.Of(states, firstStep, lane), W = w, Sum = result, Count = weights.Length };
            SimdKernel.Run(ref kernel, path);
        }
    }

    internal static void WeightedSumBack(
        Activations states, int firstStep, int lane, ReadOnlySpan<float> weights, ReadOnlySpan<float> dSum,
        Span<float> dWeights, Activations dStates, SimdPath path)
    {
        int width = CheckRows(states, firstStep, lane, weights.Length);
        SpanGuard.SameLength(width, CheckRows(dStates, 0, lane, weights.Length));
        SpanGuard.SameLength(width, dSum.Length);
        SpanGuard.SameLength(weights.Length, dWeights.Length);
        fixed (float* w = weights, d = dSum, result = dWeights)
        {
            var kernel = new SumBackKernel
            {
                H = Lane.Of(states, firstStep, lane),
                DH = Lane.Of(dStates, 0, lane),
                W = w,
                D = d,
                DW = result,
                Count = weights.Length,
            };
            SimdKernel.Run(ref kernel, path);
        }
    }

    internal static void ScoresBack(
        ReadOnlySpan<float> mixed, ReadOnlySpan<float> vector, ReadOnlySpan<float> dScores, Activations dKeys, int lane,
        Span<float> dQuery, Span<float> dVector, SimdPath path)
    {
        int width = CheckRows(dKeys, 0, lane, dScores.Length);
        SpanGuard.SameLength(width, vector.Length);
        SpanGuard.SameLength(width, dQuery.Length);
        SpanGuard.SameLength(width, dVector.Length);
        SpanGuard.SameLength(width * dScores.Length, mixed.Length);
        fixed (float* u = mixed, v = vector, d = dScores, dq = dQuery, dv = dVector)
        {
            var kernel = new ScoresBackKernel
            {
                U = u, V = v, D = d, DK = Lane.Of(dKeys, 0, lane), DQ = dq, DV = dv, Count = dScores.Length,
            };
            SimdKernel.Run(ref kernel, path);
        }
    }

    /// <summary>Checks that there are so many steps; the padded width of a row.</summary>
    private static int CheckRows(Activations rows, int firstStep, int lane, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(firstStep);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, rows.TimeSteps - firstStep);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)lane, (uint)rows.Lanes, nameof(lane));
        return rows.BlockCount * BlockColumns;
    }

    /// <summary>The rows of one lane, pinned: block j of step s is at Origin + s StepStride + j BlockStride.</summary>
    private readonly struct Lane
    {
        private readonly float* _origin;
        private readonly nint _stepStride;
        private readonly nint _blockStride;

        private Lane(Activations rows, int firstStep, int lane)
        {
            _stepStride = rows.StepLength;
            _blockStride = (nint)rows.Lanes * BlockColumns;
            _origin = rows.Pointer + (firstStep * _stepStride) + ((nint)lane * BlockColumns);
            BlockCount = rows.BlockCount;
        }

        public int BlockCount { get; }

        public static Lane Of(Activations rows, int firstStep, int lane) => new(rows, firstStep, lane);

        public float* Block(int step, int block) => _origin + (step * _stepStride) + (block * _blockStride);
    }

    private struct ScoresKernel : ISimdKernel
    {
        public Lane K;
        public float* Q;
        public float* V;
        public float* U;
        public float* Scores;
        public int Count;

        public readonly void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            float* lanes = stackalloc float[BlockColumns];
            for (int s = 0; s < Count; s++)
            {
                float* u = U + ((nint)s * K.BlockCount * BlockColumns);
                for (int part = 0; part < BlockColumns; part += TSimd.Width)
                {
                    TVector sum = TSimd.Broadcast(0f);
                    for (int block = 0; block < K.BlockCount; block++)
                    {
                        int column = (block * BlockColumns) + part;
                        TVector z = TSimd.Add(TSimd.Load(Q + column), TSimd.Load(K.Block(s, block) + part));
                        TVector y = VectorMath<TSimd, TVector>.Tanh(z);
                        TSimd.Store(u + column, y);
                        sum = TSimd.FusedMultiplyAdd(TSimd.Load(V + column), y, sum);
                    }

                    TSimd.Store(lanes + part, sum);
                }

                Scores[s] = Join(lanes);
            }
        }
    }

    private struct SumKernel : ISimdKernel
    {
        public Lane H;
        public float* W;
        public float* Sum;
        public int Count;

        public readonly void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            for (int block = 0; block < H.BlockCount; block++)
            {
                for (int part = 0; part < BlockColumns; part += TSimd.Width)
                {
                    TVector sum = TSimd.Broadcast(0f);
                    for (int s = 0; s < Count; s++)
                        sum = TSimd.FusedMultiplyAdd(TSimd.Broadcast(W[s]), TSimd.Load(H.Block(s, block) + part), sum);
                    TSimd.Store(Sum + (block * BlockColumns) + part, sum);
                }
            }
        }
    }

    private struct SumBackKernel : ISimdKernel
    {
        public Lane H;
        public Lane DH;
        public float* W;
        public float* D;
        public float* DW;
        public int Count;

        public readonly void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            float* lanes = stackalloc float[BlockColumns];
            for (int s = 0; s < Count; s++)
            {
                TVector weight = TSimd.Broadcast(W[s]);
                for (int part = 0; part < BlockColumns; part += TSimd.Width)
                {
                    TVector sum = TSimd.Broadcast(0f);
                    for (int block = 0; block < H.BlockCount; block++)
                    {
                        TVector d = TSimd.Load(D + (block * BlockColumns) + part);
                        sum = TSimd.FusedMultiplyAdd(d, TSimd.Load(H.Block(s, block) + part), sum);
                        float* target = DH.Block(s, block) + part;
                        TVector total = TSimd.FusedMultiplyAdd(weight, d, TSimd.Load(target));
                        TSimd.Store(target, TinyValues.Flush<TSimd, TVector>(total, TinyValues.ActivationGradient));
                    }

                    TSimd.Store(lanes + part, sum);
                }

                DW[s] = Join(lanes);
            }
        }
    }

    private struct ScoresBackKernel : ISimdKernel
    {
        public float* U;
        public float* V;
        public float* D;
        public Lane DK;
        public float* DQ;
        public float* DV;
        public int Count;

        public readonly void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            nint width = (nint)DK.BlockCount * BlockColumns;
            for (int block = 0; block < DK.BlockCount; block++)
            {
                for (int part = 0; part < BlockColumns; part += TSimd.Width)
                {
                    int column = (block * BlockColumns) + part;
                    TVector v = TSimd.Load(V + column);
                    TVector dq = TSimd.Broadcast(0f);
                    TVector dv = TSimd.Broadcast(0f);
                    for (int s = 0; s < Count; s++)
                    {
                        TVector u = TSimd.Load(U + (s * width) + column);
                        TVector d = TSimd.Broadcast(D[s]);
                        dv = TSimd.FusedMultiplyAdd(d, u, dv);
                        TVector slope = TSimd.Subtract(TSimd.Broadcast(1f), TSimd.Multiply(u, u));
                        TVector dz = TSimd.Multiply(TSimd.Multiply(d, v), slope);
                        dz = TinyValues.Flush<TSimd, TVector>(dz, TinyValues.ActivationGradient);
                        dq = TSimd.Add(dq, dz);
                        float* target = DK.Block(s, block) + part;
                        TSimd.Store(target, TSimd.Add(TSimd.Load(target), dz));
                    }

                    TSimd.Store(DQ + column, dq);
                    TSimd.Store(DV + column, dv);
                }
            }
        }
    }

    private static float Join(float* lanes)
    {
        double* wide = stackalloc double[BlockColumns];
        for (int i = 0; i < BlockColumns; i++)
            wide[i] = lanes[i];
        return (float)SpanReductions.SumLanes(wide);
    }
}
