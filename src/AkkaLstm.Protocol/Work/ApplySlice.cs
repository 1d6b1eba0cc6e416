using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Protocol.Work;

/// <summary>
/// Runs the optimizer on the sum that <see cref="ReduceSlice"/> left: parameters of step n to those of step n
/// + 1, in the other buffer. Result: <see cref="SliceApplied"/>.
/// </summary>
/// <param name="Fence">Step n.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Decision">Learning rate and gradient scale.</param>
public sealed record ApplySlice(Fence Fence, SliceId Slice, StepDecision Decision) : WorkOrder(Fence);
