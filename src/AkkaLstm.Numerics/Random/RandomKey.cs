using System.Runtime.InteropServices;

namespace AkkaLstm.Numerics.Random;

/// <summary>
/// Names one sequence of 2^50 random words. Different keys never share a <see cref="Philox"/> counter, so that their numbers are
/// independent; the same key gives the same numbers on every machine.
/// </summary>
/// <remarks>
/// The seed is Philox' key. The counter holds, from the low bits of its first word: position (32), index (32), step (32), position (16
/// more), step (8 more), purpose (8).
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RandomKey
{
    private const int StepBits = 40;
    private const int PositionBits = 48;
    private const int PurposeBits = 8;

    /// <summary>Names a sequence.</summary>
    /// <param name="seed">The plan's seed.</param>
    /// <param name="purpose">What the numbers are for.</param>
    /// <param name="step">Step, epoch or sample, as the purpose has it; in [0, 2^40).</param>
    /// <param name="index">Tensor, layer or the like, as the purpose has it; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public RandomKey(ulong seed, RandomPurpose purpose, long step = 0, int index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, 1L << StepBits);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative((int)purpose, nameof(purpose));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((int)purpose, 1 << PurposeBits, nameof(purpose));
        Seed = seed;
        Purpose = purpose;
        Step = step;
        Index = index;
    }

    /// <summary>The plan's seed.</summary>
    public ulong Seed { get; }

    /// <summary>What the numbers are for.</summary>
    public RandomPurpose Purpose { get; }

    /// <summary>Step, epoch or sample.</summary>
    public long Step { get; }

    /// <summary>Tensor, layer or the like.</summary>
    public int Index { get; }

    /// <summary>The counter's last word without the position.</summary>
    internal uint HighWord => ((uint)(Step >> 32) << 16) | ((uint)Purpose << 24);

    /// <summary>The four words at a position of the sequence; the position is in [0, 2^48).</summary>
    public PhiloxBlock Block(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, 1L << PositionBits);
        uint high = (uint)(position >> 32) | HighWord;
        return Philox.Block(new((uint)position, (uint)Index, (uint)Step, high), (uint)Seed, (uint)(Seed >> 32));
    }

    /// <summary>A reader of the sequence from its start.</summary>
    public RandomStream OpenStream() => new(this);
}
