using System.Runtime.CompilerServices;
using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>A function y = f(x) of single numbers whose slope follows from y.</summary>
internal interface IActivation
{
    /// <summary>The twin.</summary>
    static abstract Node Apply(Node x);

    /// <summary>f(x).</summary>
    static abstract TVector Apply<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>dx = dy f'(x).</summary>
    static abstract TVector Slope<TSimd, TVector>(TVector y, TVector dy)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;
}

/// <summary>tanh x; its slope is 1 - y^2.</summary>
internal readonly struct TanhActivation : IActivation
{
    /// <inheritdoc/>
    public static Node Apply(Node x) => x.Tanh();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => VectorMath<TSimd, TVector>.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Slope<TSimd, TVector>(TVector y, TVector dy)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.Multiply(dy, TSimd.Subtract(TSimd.Broadcast(1f), TSimd.Multiply(y, y)));
}

/// <summary>max(x, 0); its slope is 1 where y > 0, else 0.</summary>
internal readonly struct ReluActivation : IActivation
{
    /// <inheritdoc/>
    public static Node Apply(Node x) => x.Relu();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.Max(TSimd.Broadcast(0f), x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Slope<TSimd, TVector>(TVector y, TVector dy)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.And(dy, TSimd.LessThan(TSimd.Broadcast(0f), y));
}
