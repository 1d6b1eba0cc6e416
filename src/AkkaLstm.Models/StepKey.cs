namespace AkkaLstm.Models;

/// <summary>
/// Keys the random numbers of a training step. With the absolute lane, the time step and the site they fix every
/// dropout mask, so that masks do not depend on which lanes are computed together.
/// </summary>
/// <param name="Seed">The plan's seed.</param>
/// <param name="Step">The training step, counted from 0.</param>
public readonly record struct StepKey(ulong Seed, long Step);
