using System.Numerics;

namespace AkkaLstm.Engines.Simulation;

/// <summary>
/// The only source of chance in a simulation: xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64. The
/// same seed draws the same numbers on every machine and every version of .NET.
/// </summary>
public sealed class SeededRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>Begins a stream.</summary>
    /// <param name="seed">Its seed.</param>
    public SeededRandom(ulong seed)
    {
        _a = Scramble(ref seed);
        _b = Scramble(ref seed);
        _c = Scramble(ref seed);
        _d = Scramble(ref seed);
    }

    /// <summary>
    /// A stream of its own for one purpose, so that another draw here does not move the draws there.
    /// </summary>
    /// <param name="purpose">Any number that no other fork of this stream has.</param>
    public SeededRandom Fork(ulong purpose) => new(NextBits() ^ (purpose * 0xD1342543DE82EF95));

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="count"/>).</summary>
    public int Below(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return (int)(((UInt128)NextBits() * (ulong)count) >> 64);
    }

    /// <summary>Uniform in [<paramref name="least"/>, <paramref name="most"/>].</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>Uniform in [<paramref name="least"/>, <paramref name="most"/>).</summary>
    public double Between(double least, double most) => least + (NextDouble() * (most - least));

    /// <summary>Uniform in [<paramref name="least"/>, <paramref name="most"/>), in milliseconds.</summary>
    public TimeSpan Milliseconds(double least, double most) => TimeSpan.FromMilliseconds(Between(least, most));

    /// <summary>Log-uniform in [<paramref name="least"/>, <paramref name="most"/>): each order of magnitude is as
    /// likely as the next.</summary>
    public double LogBetween(double least, double most) => least * Math.Pow(most / least, NextDouble());

    /// <summary>Exponential with this mean: the time to the next of events that know nothing of each
    /// other.</summary>
    public TimeSpan Exponential(TimeSpan mean) => mean * -Math.Log(1 - NextDouble());

    /// <summary>Whether something of this probability happens.</summary>
    public bool Happens(double probability) => probability > 0 && NextDouble() < probability;

    /// <summary>One of the items.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    private ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    private static ulong Scramble(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
