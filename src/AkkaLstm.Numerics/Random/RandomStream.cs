using System.Runtime.InteropServices;
using AkkaLstm.Numerics.Elementwise;

namespace AkkaLstm.Numerics.Random;

/// <summary>
/// Reads the numbers of one <see cref="RandomKey"/> one after the other. A mutable struct: pass it by reference.
/// </summary>
/// <remarks>
/// Everything is made of integer and correctly rounded floating-point operations, so that the numbers are the same on every machine.
/// MathNet.Numerics' distributions are not used for them: they call the platform's logarithm and exponential.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public struct RandomStream
{
    private const float SingleSpacing = 1f / (1 << 24);
    private const double DoubleSpacing = 1.0 / (1L << 53);
    private readonly RandomKey _key;
    private PhiloxBlock _block;
    private long _position;
    private int _wordsLeft;
    private double _spareNormal;
    private bool _hasSpareNormal;

    /// <summary>Starts at the beginning of the key's sequence.</summary>
    public RandomStream(RandomKey key)
    {
        _key = key;
    }

    /// <summary>The next 32 bits.</summary>
    public uint NextUInt32()
    {
        if (_wordsLeft == 0)
        {
            _block = _key.Block(_position++);
            _wordsLeft = 4;
        }

        return _wordsLeft-- switch
        {
            4 => _block.X0,
            3 => _block.X1,
            2 => _block.X2,
            _ => _block.X3,
        };
    }

    /// <summary>Uniform over the 2^24 multiples of 2^-24 in [0, 1).</summary>
    public float NextSingle() => (NextUInt32() >> 8) * SingleSpacing;

    /// <summary>Uniform over the 2^53 multiples of 2^-53 in [0, 1).</summary>
    public double NextDouble()
    {
        ulong high = NextUInt32();
        ulong low = NextUInt32();
        return (((high << 32) | low) >> 11) * DoubleSpacing;
    }

    /// <summary>Uniform over the integers in [0, bound), without bias.</summary>
    /// <remarks>Lemire, "Fast random integer generation in an interval", 2019: draws again with a probability of at most bound / 2^32.</remarks>
    /// <param name="bound">Positive.</param>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        uint range = (uint)bound;
        ulong product = (ulong)NextUInt32() * range;
        if ((uint)product < range)
        {
            uint threshold = (0 - range) % range;
            while ((uint)product < threshold)
                product = (ulong)NextUInt32() * range;
        }

        return (int)(product >> 32);
    }

    /// <summary>A standard normal number.</summary>
    /// <remarks>
    /// Marsaglia's polar method: of a uniform point (u, v) in the unit disc with s = u^2 + v^2, u sqrt(-2 ln s / s) and
    /// v sqrt(-2 ln s / s) are two independent ones; the second is kept for the next call. The logarithm is
    /// <see cref="ScalarMath.Log"/>.
    /// </remarks>
    public double NextNormal()
    {
        if (_hasSpareNormal)
        {
            _hasSpareNormal = false;
            return _spareNormal;
        }

        double u, v, s;
        do
        {
            u = (2 * NextDouble()) - 1;
            v = (2 * NextDouble()) - 1;
            s = (u * u) + (v * v);
        }
        while (s is >= 1 or 0);

        double factor = Math.Sqrt(-2 * ScalarMath.Log(s) / s);
        _spareNormal = v * factor;
        _hasSpareNormal = true;
        return u * factor;
    }

    /// <summary>Fills with uniform numbers: low + (high - low) u, computed in double and rounded to float.</summary>
    public void FillUniform(Span<float> destination, double low, double high)
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = (float)(low + ((high - low) * NextSingle()));
    }

    /// <summary>Fills with normal numbers of the given mean and standard deviation, computed in double and rounded to float.</summary>
    public void FillNormal(Span<float> destination, double mean, double standardDeviation)
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = (float)(mean + (standardDeviation * NextNormal()));
    }

    /// <summary>Fills with a permutation of 0 .. n-1, each of the n! equally likely (Fisher and Yates, in Durstenfeld's form).</summary>
    public void FillPermutation(Span<int> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            int j = NextInt32(i + 1);
            destination[i] = destination[j];
            destination[j] = i;
        }
    }
}
