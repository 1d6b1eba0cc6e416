using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Optimization;

/// <summary>
/// The optimizers' updates, one pass over parameters p, gradient d and state. In all formulas g = gradientScale * d; the scale holds
/// the division by the count and the clipping factor. The definitions are PyTorch's (torch.optim), without its optional weight decay
/// except in AdamW.
/// </summary>
/// <remarks>
/// <para>Parameters are read from <c>current</c> and written to <c>next</c>: two buffers, so that readers of the present step are not
/// disturbed, or one. State is updated in place. All spans of a call have the same length; <c>next</c> must be apart from gradient and
/// state. Else an <see cref="ArgumentException"/> is thrown.</para>
/// <para>Every element has the same bits on every machine, wherever the parameters are cut into slices.</para>
/// </remarks>
public static unsafe class OptimizerKernels
{
    /// <summary>p = p - learningRate g.</summary>
    public static void Sgd(
        ReadOnlySpan<float> current, ReadOnlySpan<float> gradient, Span<float> next, float gradientScale, float learningRate) =>
        Update(current, gradient, default, default, next, new SgdRule(gradientScale, learningRate), SimdPaths.Current);

    /// <summary>v = momentum v + g; p = p - learningRate v. The velocity v starts at 0 (torch.optim.SGD with dampening 0).</summary>
    public static void Momentum(
        ReadOnlySpan<float> current,
        ReadOnlySpan<float> gradient,
        Span<float> velocity,
        Span<float> next,
        float gradientScale,
        float learningRate,
        float momentum) =>
        Update(
            current, gradient, velocity, default, next, new MomentumRule(gradientScale, learningRate, momentum), SimdPaths.Current);

    /// <summary>
    /// s = smoothing s + (1 - smoothing) g^2; p = p - learningRate g / (sqrt(s) + epsilon). The mean square s starts at 0
    /// (torch.optim.RMSprop, whose alpha is the smoothing).
    /// </summary>
    public static void RmsProp(
        ReadOnlySpan<float> current,
        ReadOnlySpan<float> gradient,
        Span<float> meanSquare,
        Span<float> next,
        float gradientScale,
        float learningRate,
        float smoothing,
        float epsilon) =>
        Update(
            current,
            gradient,
            meanSquare,
            default,
            next,
            new RmsPropRule(gradientScale, learningRate, smoothing, epsilon),
            SimdPaths.Current);

    /// <summary>
    /// m = m + (1 - beta1)(g - m); s = beta2 s + (1 - beta2) g^2; p = decay p - stepSize m / (sqrt(s) rootCorrection + epsilon), with
    /// the last three scalars from <see cref="AdamScalars"/>. Both moments start at 0. With weight decay 0 this is Adam (Kingma and Ba
    /// 2015, torch.optim.Adam), else AdamW (Loshchilov and Hutter 2019, torch.optim.AdamW).
    /// </summary>
    public static void Adam(
        ReadOnlySpan<float> current,
        ReadOnlySpan<float> gradient,
        Span<float> firstMoment,
        Span<float> secondMoment,
        Span<float> next,
        float gradientScale,
        in AdamScalars scalars) =>
        Update(
            current, gradient, firstMoment, secondMoment, next, new AdamRule(gradientScale, scalars), SimdPaths.Current);

    /// <summary>Runs a rule on a given path.</summary>
    internal static void Update<TRule>(
        ReadOnlySpan<float> current,
        ReadOnlySpan<float> gradient,
        Span<float> first,
        Span<float> second,
        Span<float> next,
        TRule rule,
        SimdPath path)
        where TRule : struct, IRule
    {
        SpanGuard.SameLength(next.Length, current.Length);
        SpanGuard.SameLength(next.Length, gradient.Length);
        SpanGuard.SameLength(TRule.StateCount > 0 ? next.Length : 0, first.Length);
        SpanGuard.SameLength(TRule.StateCount > 1 ? next.Length : 0, second.Length);
        SpanGuard.ApartOrInPlace(current, next);
        SpanGuard.Apart(gradient, next);
        SpanGuard.Apart(first, next);
        SpanGuard.Apart(second, next);
        SpanGuard.Apart(first, second);
        fixed (float* p = current)
        fixed (float* d = gradient)
        fixed (float* s1 = first)
        fixed (float* s2 = second)
        fixed (float* q = next)
        {
            UpdateKernel<TRule> kernel = new()
            {
                Current = p,
                Gradient = d,
                First = s1,
                Second = s2,
                Next = q,
                Count = next.Length,
                Rule = rule,
            };
            SimdKernel.Run(ref kernel, path);
        }
    }

    private struct UpdateKernel<TRule> : ISimdKernel
        where TRule : struct, IRule
    {
        public float* Current;
        public float* Gradient;
        public float* First;
        public float* Second;
        public float* Next;
        public int Count;
        public TRule Rule;

        public readonly void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            int i = 0;
            for (; i <= Count - TSimd.Width; i += TSimd.Width)
            {
                TVector first = TRule.StateCount > 0 ? TSimd.Load(First + i) : default;
                TVector second = TRule.StateCount > 1 ? TSimd.Load(Second + i) : default;
                TVector next = Rule.Next<TSimd, TVector>(TSimd.Load(Current + i), TSimd.Load(Gradient + i), ref first, ref second);
                TSimd.Store(Next + i, next);
                if (TRule.StateCount > 0)
                    TSimd.Store(First + i, first);
                if (TRule.StateCount > 1)
                    TSimd.Store(Second + i, second);
            }

            if (i < Count)
                RunRemainder<TSimd, TVector>(i, Count - i);
        }

        private readonly void RunRemainder<TSimd, TVector>(int i, int left)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            TVector first = TRule.StateCount > 0 ? Remainder<TSimd, TVector>.Load(First + i, left) : default;
            TVector second = TRule.StateCount > 1 ? Remainder<TSimd, TVector>.Load(Second + i, left) : default;
            TVector current = Remainder<TSimd, TVector>.Load(Current + i, left);
            TVector gradient = Remainder<TSimd, TVector>.Load(Gradient + i, left);
            TVector next = Rule.Next<TSimd, TVector>(current, gradient, ref first, ref second);
            Remainder<TSimd, TVector>.Store(Next + i, left, next);
            if (TRule.StateCount > 0)
                Remainder<TSimd, TVector>.Store(First + i, left, first);
            if (TRule.StateCount > 1)
                Remainder<TSimd, TVector>.Store(Second + i, left, second);
        }
    }

    /// <summary>The update of one vector of parameters, as a type argument so that it is inlined into the loop.</summary>
    internal interface IRule
    {
        /// <summary>State values a parameter has: 0, 1 or 2.</summary>
        static abstract int StateCount { get; }

        /// <summary>The next parameters; updates the state.</summary>
        TVector Next<TSimd, TVector>(TVector current, TVector gradient, ref TVector first, ref TVector second)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged;
    }
}
