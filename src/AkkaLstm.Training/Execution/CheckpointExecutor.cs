using AkkaLstm.Models.Parameters;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Execution;

/// <summary>The coordinator's work: writing checkpoints, beside the training.</summary>
internal sealed class CheckpointExecutor(JobContext job) : IWorkExecutor
{
    public WorkResult Execute(WorkOrder order)
    {
        if (order is not WriteCheckpoint write)
            throw new NotSupportedException($"A coordinator does not do {order.GetType().Name}.");
        TrainingState state = Assemble(write);
        try
        {
            string path = job.Store.Write(state, write.Progress, write.Reason, write.IsBest);
            job.Snapshots.Return(state);
            return new CheckpointWritten(path);
        }
        catch (StorageException e)
        {
            throw new PermanentWorkException(e.Message, e);
        }
    }

    /// <summary>
    /// One state with all slices. They share it already, unless a slice was copied a second time because an answer
    /// got lost or its server failed.
    /// </summary>
    private TrainingState Assemble(WriteCheckpoint write)
    {
        TrainingState state = ((SnapshotPayload)write.Slices[0]).State;
        foreach (SnapshotPayload other in write.Slices.Cast<SnapshotPayload>().Where(s => s.State != state))
        {
            ParameterSlice slice = other.Slice;
            other.State.Parameters.AsSpan(slice.Start, slice.Length).CopyTo(state.Parameters.AsSpan(slice.Start));
            for (int m = 0; m < state.Moments.Length; m++)
                other.State.Moments[m].AsSpan(slice.Start, slice.Length).CopyTo(state.Moments[m].AsSpan(slice.Start));
        }

        for (int shard = 0; shard < write.Carries.Count; shard++)
        {
            if (write.Carries[shard] is CarryPayload carry)
                carry.Values.CopyTo(job.CarryOf(state, shard));
        }

        return state;
    }

    public void Dispose()
    {
        // It holds nothing.
    }
}
