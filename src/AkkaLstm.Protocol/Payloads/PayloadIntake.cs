namespace AkkaLstm.Protocol;

/// <summary>
/// A payload whose values are on their way. <see cref="TryOpen"/> is called at most once; if it gave memory, then
/// <see cref="TryComplete"/> or <see cref="Abandon"/> follows, once.
/// </summary>
public abstract class PayloadIntake
{
    /// <summary>The payload, always the same object: it may be put into its message at once. What is in it may be read
    /// only after <see cref="TryComplete"/> said true.</summary>
    public abstract Payload Payload { get; }

    /// <summary>Memory for the values, one for each run with its length; null where lengths are not those that this
    /// node expects. Only here memory is taken, after the lengths have been held against the plan. A last run without
    /// memory is of use only where it lies (<see cref="IPayloadCodec.PreparedOf"/>).</summary>
    /// <param name="lengths">Values in each run, as the sender says.</param>
    public abstract IReadOnlyList<Memory<float>>? TryOpen(IReadOnlyList<int> lengths);

    /// <summary>
    /// A run lies where its sender made it, in memory that both can read, and stays as it is as the ownership rule of
    /// <see cref="Payload"/> says. True: the payload uses it there, and the memory that <see cref="TryOpen"/> gave for it is
    /// not written. False: it is copied there.
    /// </summary>
    /// <param name="run">Index of the run.</param>
    /// <param name="values">Its values, to be read only.</param>
    public virtual bool TryAdopt(int run, ReadOnlyMemory<float> values) => false;

    /// <summary>All values are there. False when they cannot be (indices out of order): the payload is not to be
    /// used.</summary>
    public abstract bool TryComplete();

    /// <summary>The rest does not come; the memory is not written to any more.</summary>
    public abstract void Abandon();
}
