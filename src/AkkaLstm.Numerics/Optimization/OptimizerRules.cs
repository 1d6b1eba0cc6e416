using System.Runtime.CompilerServices;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Optimization;

/// <summary>p = p - learningRate g.</summary>
internal readonly struct SgdRule(float gradientScale, float learningRate) : OptimizerKernels.IRule
{
    public static int StateCount => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Next<TSimd, TVector>(TVector current, TVector gradient, ref TVector first, ref TVector second)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector g = TSimd.Multiply(gradient, TSimd.Broadcast(gradientScale));
        return TSimd.FusedMultiplyAdd(g, TSimd.Broadcast(-learningRate), current);
    }
}

/// <summary>v = momentum v + g; p = p - learningRate v.</summary>
internal readonly struct MomentumRule(float gradientScale, float learningRate, float momentum) : OptimizerKernels.IRule
{
    public static int StateCount => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Next<TSimd, TVector>(TVector current, TVector gradient, ref TVector first, ref TVector second)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector g = TSimd.Multiply(gradient, TSimd.Broadcast(gradientScale));
        first = TinyValues.Flush<TSimd, TVector>(
            TSimd.FusedMultiplyAdd(first, TSimd.Broadcast(momentum), g), TinyValues.Moment);
        return TSimd.FusedMultiplyAdd(first, TSimd.Broadcast(-learningRate), current);
    }
}

/// <summary>s = smoothing s + (1 - smoothing) g^2; p = p - learningRate g / (sqrt(s) + epsilon).</summary>
internal readonly struct RmsPropRule(float gradientScale, float learningRate, float smoothing, float epsilon)
    : OptimizerKernels.IRule
{
    public static int StateCount => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Next<TSimd, TVector>(TVector current, TVector gradient, ref TVector first, ref TVector second)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector g = TSimd.Multiply(gradient, TSimd.Broadcast(gradientScale));
        TVector share = TSimd.Multiply(TSimd.Multiply(g, g), TSimd.Broadcast((float)(1.0 - smoothing)));
        first = TinyValues.Flush<TSimd, TVector>(
            TSimd.FusedMultiplyAdd(first, TSimd.Broadcast(smoothing), share), TinyValues.Moment);
        TVector root = TSimd.Add(TSimd.SquareRoot(first), TSimd.Broadcast(epsilon));
        return TSimd.FusedMultiplyAdd(TSimd.Divide(g, root), TSimd.Broadcast(-learningRate), current);
    }
}

/// <summary>
/// m = m + (1 - beta1)(g - m); s = beta2 s + (1 - beta2) g^2; p = decay p - stepSize m / (sqrt(s) rootCorrection + epsilon).
/// </summary>
internal readonly struct AdamRule(float gradientScale, AdamScalars scalars) : OptimizerKernels.IRule
{
    private readonly AdamScalars _scalars = scalars;

    public static int StateCount => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Next<TSimd, TVector>(TVector current, TVector gradient, ref TVector first, ref TVector second)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector g = TSimd.Multiply(gradient, TSimd.Broadcast(gradientScale));
        first = TinyValues.Flush<TSimd, TVector>(
            TSimd.FusedMultiplyAdd(TSimd.Subtract(g, first), TSimd.Broadcast(_scalars.OneMinusBeta1), first), TinyValues.Moment);
        TVector share = TSimd.Multiply(TSimd.Multiply(g, g), TSimd.Broadcast(_scalars.OneMinusBeta2));
        second = TinyValues.Flush<TSimd, TVector>(
            TSimd.FusedMultiplyAdd(second, TSimd.Broadcast(_scalars.Beta2), share), TinyValues.Moment);
        TVector root = TSimd.FusedMultiplyAdd(
            TSimd.SquareRoot(second), TSimd.Broadcast(_scalars.RootCorrection), TSimd.Broadcast(_scalars.Epsilon));
        TVector decayed = TSimd.Multiply(current, TSimd.Broadcast(_scalars.Decay));
        return TSimd.FusedMultiplyAdd(TSimd.Divide(first, root), TSimd.Broadcast(-_scalars.StepSize), decayed);
    }
}
