using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Execution;

/// <summary>The coordinator's work: writing checkpoints, beside the training.</summary>
internal sealed class CheckpointExecutor(JobContext job) : IWorkExecutor
{
    public WorkResult Execute(WorkOrder order)
    {
        if (order is not WriteCheckpoint write)
            throw new NotSupportedException($"A coordinator does not do {order.GetType().Name}.");
        var snapshot = (SnapshotPayload)write.Slices[0];
        try
        {
            string path = job.Store.Write(snapshot.State, write.Progress, write.Reason, write.IsBest);
            job.Snapshots.Return(snapshot.State);
            return new CheckpointWritten(path);
        }
        catch (StorageException e)
        {
            throw new PermanentWorkException(e.Message, e);
        }
    }

    public void Dispose()
    {
        // It holds nothing.
    }
}
