using System.Runtime.CompilerServices;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Elementwise;

/// <summary>
/// Sums and products over spans, element by element, each rounded once: the same bits on every machine. All spans of a call have the
/// same length; the destination is apart from each operand or the same buffer; else an <see cref="ArgumentException"/> is thrown.
/// </summary>
public static unsafe class SpanArithmetic
{
    /// <summary>destination = a + b.</summary>
    public static void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> destination) =>
        Combine(a, b, destination, default(AddOperation), SimdPaths.Current);

    /// <summary>sum += addend: one node of the reduction tree.</summary>
    public static void AddInto(ReadOnlySpan<float> addend, Span<float> sum) =>
        Combine(sum, addend, sum, default(AddOperation), SimdPaths.Current);

    /// <summary>destination = a * b.</summary>
    public static void Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> destination) =>
        Combine(a, b, destination, default(MultiplyOperation), SimdPaths.Current);

    /// <summary>y = alpha * x + y, with one rounding.</summary>
    public static void Axpy(float alpha, ReadOnlySpan<float> x, Span<float> y) =>
        Combine(x, y, y, new AxpyOperation { Alpha = alpha }, SimdPaths.Current);

    /// <summary>y = alpha * x.</summary>
    public static void Scale(float alpha, ReadOnlySpan<float> x, Span<float> y) =>
        Combine(x, x, y, new ScaleOperation { Alpha = alpha }, SimdPaths.Current);

    /// <summary>destination = operation(a, b) on a given path.</summary>
    internal static void Combine<TOperation>(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> destination, TOperation operation, SimdPath path)
        where TOperation : struct, IOperation
    {
        SpanGuard.SameLength(destination.Length, a.Length);
        SpanGuard.SameLength(destination.Length, b.Length);
        SpanGuard.ApartOrInPlace(a, destination);
        SpanGuard.ApartOrInPlace(b, destination);
        fixed (float* left = a)
        fixed (float* right = b)
        fixed (float* result = destination)
        {
            CombineKernel<TOperation> kernel = new()
            {
                A = left,
                B = right,
                Destination = result,
                Count = destination.Length,
                Operation = operation,
            };
            SimdKernel.Run(ref kernel, path);
        }
    }

    private struct CombineKernel<TOperation> : ISimdKernel
        where TOperation : struct, IOperation
    {
        public float* A;
        public float* B;
        public float* Destination;
        public int Count;
        public TOperation Operation;

        public readonly void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            float* a = A;
            float* b = B;
            float* destination = Destination;
            int count = Count;
            int i = 0;
            for (; i <= count - TSimd.Width; i += TSimd.Width)
                TSimd.Store(destination + i, Operation.Invoke<TSimd, TVector>(TSimd.Load(a + i), TSimd.Load(b + i)));
            int left = count - i;
            if (left > 0)
            {
                TVector lastA = Remainder<TSimd, TVector>.Load(a + i, left);
                TVector lastB = Remainder<TSimd, TVector>.Load(b + i, left);
                Remainder<TSimd, TVector>.Store(destination + i, left, Operation.Invoke<TSimd, TVector>(lastA, lastB));
            }
        }
    }

    /// <summary>An operation of two vectors, as a type argument so that it is inlined into the loop.</summary>
    internal interface IOperation
    {
        /// <summary>The operation, lane by lane.</summary>
        TVector Invoke<TSimd, TVector>(TVector a, TVector b)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged;
    }

    internal readonly struct AddOperation : IOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector a, TVector b)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(a, b);
    }

    internal readonly struct MultiplyOperation : IOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector a, TVector b)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(a, b);
    }

    internal readonly struct AxpyOperation : IOperation
    {
        public float Alpha { get; init; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector a, TVector b)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.FusedMultiplyAdd(TSimd.Broadcast(Alpha), a, b);
    }

    internal readonly struct ScaleOperation : IOperation
    {
        public float Alpha { get; init; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector a, TVector b)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(TSimd.Broadcast(Alpha), a);
    }
}
