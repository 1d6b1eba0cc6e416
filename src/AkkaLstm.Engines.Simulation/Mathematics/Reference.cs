using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation;

/// <summary>
/// What one worker without faults computes: a plain loop over the executors that knows no roles, no messages and
/// no clock. Everything a simulated cluster closes is held against it.
/// </summary>
/// <param name="Steps">Loss, norm and decision by step.</param>
/// <param name="Epochs">Losses and decision by epoch.</param>
/// <param name="Fingerprint">Of the state at the end, see <see cref="ICheckpointDisk.Fingerprint"/>.</param>
public sealed record Reference(
    IReadOnlyList<ReferenceStep> Steps, IReadOnlyList<ReferenceEpoch> Epochs, string Fingerprint)
{
    private const string RunId = "reference";

    /// <summary>Trains from the beginning to the end.</summary>
    /// <param name="mathematics">Opened for this alone: its disk gets a checkpoint.</param>
    public static Reference Compute(IMathematics mathematics)
    {
        JobDescription job = mathematics.Job;
        using IWorkExecutor worker = mathematics.Executors.Create(NodeId.Worker(0), incarnation: 0);
        using IWorkExecutor server = mathematics.Executors.Create(NodeId.Server(0), incarnation: 0);
        var slice = new SliceId(0, 1);
        var fence = new Fence(RunId, Term: 1, Generation: 1, Step: 0);
        var restored = (SliceRestored)server.Execute(new RestoreSlice(fence, slice, Replica: 0, null, job.ShardCount));
        Payload parameters = restored.Parameters;
        IReadOnlyList<Payload?> carries = restored.Carries;
        JobProgress progress = JobProgress.Initial;
        var steps = new List<ReferenceStep>();
        var epochs = new List<ReferenceEpoch>();
        while (true)
        {
            if (progress.StepInEpoch == job.StepsPerEpoch)
            {
                LossTotal? validation = job.ValidationShardCount == 0
                    ? null
                    : Sum(((ShardsEvaluated)worker.Execute(new EvaluateShards(
                        fence, new ShardRange(0, job.ValidationShardCount), [parameters]))).Losses);
                EpochDecision decision = mathematics.Policy.DecideEpoch(progress, progress.EpochLoss, validation);
                epochs.Add(new ReferenceEpoch(progress.EpochLoss, validation, decision));
                progress = progress with
                {
                    Epoch = progress.Epoch + 1,
                    StepInEpoch = 0,
                    EpochLoss = default,
                    PolicyState = decision.PolicyState,
                    IsStoppedEarly = decision.Stop,
                };
                continue;
            }

            if (progress.Epoch >= job.EpochCount || progress.IsStoppedEarly || progress.Step >= job.StepLimit)
                break;

            var whole = new ShardRange(0, job.ShardCount);
            var computed = (ShardsComputed)worker.Execute(new ComputeShards(
                fence, progress.Epoch, progress.StepInEpoch, whole, [parameters], carries));
            var sums = (SliceSums)server.Execute(
                new ReduceSlice(fence, slice, [new GradientPart(whole, computed.Gradient)]));
            LossTotal loss = Sum(computed.Losses);
            double norm = Math.Sqrt(sums.BlockSquareSums.Aggregate(0.0, (sum, square) => sum + square));
            StepDecision update = mathematics.Policy.DecideStep(progress, loss, norm);
            if (update.Failure is { } failure)
                throw new InvalidOperationException($"the reference run fails: {failure}");
            var applied = (SliceApplied)server.Execute(new ApplySlice(fence, slice, update, computed.Carries));
            (parameters, carries) = (applied.Parameters, applied.Carries);
            steps.Add(new ReferenceStep(loss, norm, update));
            progress = progress with
            {
                Step = progress.Step + 1,
                StepInEpoch = progress.StepInEpoch + 1,
                EpochLoss = progress.EpochLoss.Plus(loss),
            };
            fence = fence.At(progress.Step);
        }

        var snapshot = (SliceSnapshot)server.Execute(new SnapshotSlice(fence, slice, SnapshotPurpose.Checkpoint, carries));
        using IWorkExecutor coordinator = mathematics.Executors.Create(NodeId.Coordinator, incarnation: 0);
        var written = (CheckpointWritten)coordinator.Execute(new WriteCheckpoint(
            fence, progress, [snapshot.State], snapshot.Carries, CheckpointReason.Final, IsBest: false));
        return new Reference(steps, epochs, mathematics.Disk.Fingerprint(written.CheckpointId)!);
    }

    private static LossTotal Sum(IReadOnlyList<LossTotal> losses) =>
        losses.Aggregate(default(LossTotal), (total, loss) => total.Plus(loss));
}

/// <summary>A step of the reference run.</summary>
/// <param name="Loss">Over all shards.</param>
/// <param name="GradientNorm">Of the summed gradient.</param>
/// <param name="Decision">What the policy made of them.</param>
public sealed record ReferenceStep(LossTotal Loss, double GradientNorm, StepDecision Decision);

/// <summary>An epoch of the reference run.</summary>
/// <param name="Training">Over its steps.</param>
/// <param name="Validation">Null without a validation split.</param>
/// <param name="Decision">What the policy made of them.</param>
public sealed record ReferenceEpoch(LossTotal Training, LossTotal? Validation, EpochDecision Decision);
