using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Protocol.Work;

/// <summary>
/// Runs the optimizer on the last reduced sum, into the buffer of step n + 1, and takes the carried state over
/// into buffers of its own: what a server holds must not hang on buffers of workers. Result:
/// <see cref="SliceApplied"/>.
/// </summary>
/// <param name="Fence">Its step is n.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Decision">Learning rate and gradient scale.</param>
/// <param name="Carries">Carried state of step n + 1 of the shards that the slice owns, as workers gave it; null
/// stands for zeros.</param>
public sealed record ApplySlice(
    Fence Fence,
    SliceId Slice,
    StepDecision Decision,
    IReadOnlyList<Payload?> Carries) : WorkOrder(Fence);
