using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Models.ReadOut;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Training.Execution;

/// <summary>
/// The read-out of a fixed reservoir, solved by ridge regression over the training split before the first step.
/// </summary>
/// <remarks>
/// It is part of the state that a job starts from: a pure function of plan and data, which every process that needs the
/// state computes for itself. Each shard adds its windows up in their order, the shards' sums are joined by the fixed
/// tree, so that neither threads nor processes can change a bit.
/// </remarks>
internal static class RidgeReadOut
{
    /// <summary>Replaces the head's weights and bias.</summary>
    /// <param name="job">The job; its plan has a penalty.</param>
    /// <param name="parameters">All parameters in layout order; the reservoir's are read.</param>
    /// <exception cref="PermanentWorkException">The penalty is too small for double precision.</exception>
    public static void Solve(JobContext job, float[] parameters)
    {
        double penalty = job.Plan.Ridge!.Value;
        var weights = new ModelWeights(job.Spec);
        weights.Load(parameters);
        var shards = new ReadOutSums[job.Plan.Shards];
        Parallel.For(0, shards.Length, shard => shards[shard] = Sum(job, weights, shard));
        for (int width = 1; width < shards.Length; width *= 2)
        {
            for (int shard = 0; shard < shards.Length; shard += 2 * width)
                shards[shard].Add(shards[shard + width]);
        }

        try
        {
            shards[0].Solve(
                penalty,
                parameters.AsSpan(job.Layout.HeadWeight.Offset, job.Layout.HeadWeight.Length),
                parameters.AsSpan(job.Layout.HeadBias.Offset, job.Layout.HeadBias.Length));
        }
        catch (ArithmeticException e)
        {
            throw new PermanentWorkException(
                FormattableString.Invariant($"--ridge: {penalty} is lost beside the sums of {shards[0].RowCount} rows; use a larger one"), e);
        }
    }

    private static ReadOutSums Sum(JobContext job, ModelWeights weights, int shard)
    {
        ISequenceSource source = job.Train;
        int lanes = job.Plan.LanesPerShard;
        SequenceBatch batch = source.Shape.CreateBatch(lanes);
        var workspace = new ModelWorkspace(job.Spec, source.Shape.WindowLength, lanes);
        var carry = new float[lanes * job.Spec.CarryLength];
        var sums = new ReadOutSums(job.Spec.HeadInputSize, job.Spec.OutputSize);
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            source.Fill(batch, epoch: 0, step, shard * lanes, lanes);
            job.Model.SumReadOut(weights, batch, carry, carry, workspace, sums);
        }

        return sums;
    }
}
