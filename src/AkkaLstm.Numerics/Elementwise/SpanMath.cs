using System.Runtime.CompilerServices;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Elementwise;

/// <summary>
/// exp, tanh, sigmoid and log over spans: y[i] = f(x[i]). Accuracy and special values are those of
/// <see cref="VectorMath{TSimd,TVector}"/>; each element has the same bits on every machine, wherever it stands in the span.
/// </summary>
/// <remarks>
/// x and y have the same length and are apart or the same buffer; else an <see cref="ArgumentException"/> is thrown.
/// </remarks>
public static unsafe class SpanMath
{
    /// <summary>y = e^x.</summary>
    public static void Exp(ReadOnlySpan<float> x, Span<float> y) => Map<ExpFunction>(x, y, SimdPaths.Current);

    /// <summary>y = 1 / (1 + e^-x).</summary>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> y) => Map<SigmoidFunction>(x, y, SimdPaths.Current);

    /// <summary>y = tanh x.</summary>
    public static void Tanh(ReadOnlySpan<float> x, Span<float> y) => Map<TanhFunction>(x, y, SimdPaths.Current);

    /// <summary>y = ln x; NaN for x &lt; 0, -infinity for zeros.</summary>
    public static void Log(ReadOnlySpan<float> x, Span<float> y) => Map<LogFunction>(x, y, SimdPaths.Current);

    /// <summary>Applies a function on a given path.</summary>
    internal static void Map<TFunction>(ReadOnlySpan<float> x, Span<float> y, SimdPath path)
        where TFunction : struct, IVectorFunction
    {
        SpanGuard.SameLength(x.Length, y.Length);
        SpanGuard.ApartOrInPlace(x, y);
        fixed (float* source = x)
        fixed (float* destination = y)
        {
            MapKernel<TFunction> kernel = new() { X = source, Y = destination, Count = x.Length };
            SimdKernel.Run(ref kernel, path);
        }
    }

    private struct MapKernel<TFunction> : ISimdKernel
        where TFunction : struct, IVectorFunction
    {
        public float* X;
        public float* Y;
        public int Count;

        public readonly void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            float* x = X;
            float* y = Y;
            int count = Count;
            int i = 0;
            for (; i <= count - TSimd.Width; i += TSimd.Width)
                TSimd.Store(y + i, TFunction.Invoke<TSimd, TVector>(TSimd.Load(x + i)));
            int left = count - i;
            if (left > 0)
            {
                TVector last = Remainder<TSimd, TVector>.Load(x + i, left);
                Remainder<TSimd, TVector>.Store(y + i, left, TFunction.Invoke<TSimd, TVector>(last));
            }
        }
    }

    /// <summary>A function of one vector, as a type argument so that it is inlined into the loop.</summary>
    internal interface IVectorFunction
    {
        /// <summary>The function, lane by lane.</summary>
        static abstract TVector Invoke<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged;
    }

    internal readonly struct ExpFunction : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Invoke<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => VectorMath<TSimd, TVector>.Exp(x);
    }

    internal readonly struct SigmoidFunction : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Invoke<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => VectorMath<TSimd, TVector>.Sigmoid(x);
    }

    internal readonly struct TanhFunction : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Invoke<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => VectorMath<TSimd, TVector>.Tanh(x);
    }

    internal readonly struct LogFunction : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Invoke<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => VectorMath<TSimd, TVector>.Log(x);
    }
}
