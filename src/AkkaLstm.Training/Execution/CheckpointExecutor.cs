using AkkaLstm.Models.Parameters;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Execution.Payloads;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Execution;

/// <summary>The coordinator's work: writing checkpoints, beside the training.</summary>
internal sealed class CheckpointExecutor(JobContext job, CheckpointStore store) : IWorkExecutor
{
    public WorkResult Execute(WorkOrder order)
    {
        if (order is not WriteCheckpoint write)
            throw new NotSupportedException($"A coordinator does not do {order.GetType().Name}.");
        TrainingState? shared = write.Slices.OfType<SnapshotPayload>().FirstOrDefault()?.State;
        TrainingState state = shared ?? job.Snapshots.Take();
        bool isWritten = false;
        try
        {
            Assemble(write, state);
            string name = store.Write(state, write.Progress, write.Reason, write.IsBest);
            isWritten = true;
            return new CheckpointWritten(name);
        }
        catch (StorageException e)
        {
            throw new PermanentWorkException(e.Message, e);
        }
        finally
        {
            // What the order itself holds is still needed when the order is tried again.
            if (isWritten || shared is null) job.Snapshots.Return(state);
        }
    }

    /// <summary>
    /// Puts all slices and carries into one state. Slices of this process lie in it already, unless one was copied a
    /// second time because an answer got lost or its server failed; received ones come by themselves.
    /// </summary>
    private void Assemble(WriteCheckpoint write, TrainingState state)
    {
        IReadOnlyList<ParameterSlice> slices = job.Layout.Split(write.Slices.Count);
        for (int k = 0; k < slices.Count; k++)
        {
            ParameterSlice slice = slices[k];
            switch (write.Slices[k])
            {
                case SnapshotPayload snapshot when snapshot.State != state:
                    Copy(snapshot.State.Parameters, snapshot.State.Moments, slice.Start, slice, state);
                    break;
                case SliceStatePayload received:
                    Copy(received.Parameters, received.Moments, 0, slice, state);
                    break;
            }
        }

        for (int shard = 0; shard < write.Carries.Count; shard++)
        {
            Memory<float> place = job.CarryOf(state, shard);
            if (write.Carries[shard] is not CarryPayload carry) place.Span.Clear();
            else if (!carry.Values.Equals(place)) carry.Values.CopyTo(place);
        }
    }

    private static void Copy(float[] parameters, float[][] moments, int start, ParameterSlice slice, TrainingState to)
    {
        parameters.AsSpan(start, slice.Length).CopyTo(to.Parameters.AsSpan(slice.Start));
        for (int m = 0; m < moments.Length; m++)
            moments[m].AsSpan(start, slice.Length).CopyTo(to.Moments[m].AsSpan(slice.Start));
    }

    public void Dispose()
    {
        // It holds nothing.
    }
}
