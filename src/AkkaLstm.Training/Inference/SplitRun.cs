using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Training.Inference;

/// <summary>Runs a model over all windows of a split, in one thread.</summary>
internal static class SplitRun
{
    /// <summary>Loss and the task's own figures.</summary>
    /// <param name="spec">The model's shape.</param>
    /// <param name="parameters">All parameters in layout order.</param>
    /// <param name="data">The opened data.</param>
    /// <param name="split">Which split.</param>
    public static EvaluationResult Evaluate(ModelSpec spec, ReadOnlyMemory<float> parameters, DataSet data, DataSplit split)
    {
        ISequenceSource source = data.Source(split);
        TaskEvaluation evaluation = data.Evaluate(split);
        var model = new SequenceModel(spec);
        var weights = new ModelWeights(spec);
        weights.Load(parameters);
        int lanes = source.Shape.Lanes;
        var workspace = new ModelWorkspace(spec, source.Shape.WindowLength, lanes);
        SequenceBatch batch = source.Shape.CreateBatch(lanes);
        var carry = new float[lanes * spec.CarryLength];
        var outputs = new float[evaluation.NeedsOutputs ? checked(source.Shape.WindowLength * lanes * spec.OutputSize) : 0];
        var losses = new ShardLoss[1];
        double sum = 0;
        long count = 0;
        long correct = 0;
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            source.Fill(batch, epoch: 0, step, firstLane: 0, lanes);
            model.Forward(weights, batch, shardCount: 1, carry, carry, workspace, losses);
            sum += losses[0].LossSum;
            count += losses[0].Count;
            correct += losses[0].Correct;
            if (!evaluation.NeedsOutputs) continue;
            workspace.CopyOutputs(outputs);
            evaluation.Add(batch, step, outputs, spec.OutputSize);
        }

        double loss = sum / count;
        double? accuracy = spec.Loss == LossKind.CrossEntropy ? (double)correct / count : null;
        return new EvaluationResult(split, loss, count, accuracy, evaluation.Finish(loss));
    }
}
