namespace AkkaLstm.Protocol;

/// <summary>
/// Takes payloads apart into runs of 32-bit values and puts them together again, for engines whose nodes do not share
/// memory. It belongs to the executors of a process, which are the only ones to know what a payload is; engines know
/// how values travel. Called by several threads at once.
/// </summary>
public interface IPayloadCodec
{
    /// <summary>
    /// The values of a payload that belong to a place, in runs. They are views where that is possible: the memory is
    /// read while it is being sent, within the ownership rule of <see cref="Payload"/>.
    /// </summary>
    IReadOnlyList<ReadOnlyMemory<float>> ValuesOf(Payload payload, PayloadPlace place);

    /// <summary>
    /// What a receiver would have to work out from the values for itself, as one more run after them; empty where there is
    /// nothing. Asked for when a receiver can use it where it lies, and only then; the work is done here, before the return.
    /// </summary>
    ReadOnlyMemory<float> PreparedOf(Payload payload, PayloadPlace place) => default;

    /// <summary>A payload that is about to come. Costs nothing until its values begin to come.</summary>
    PayloadIntake Expect(PayloadPlace place);
}
