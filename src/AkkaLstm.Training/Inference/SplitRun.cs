using AkkaLstm.Data;
using AkkaLstm.Data.Forecasting;
using AkkaLstm.Models;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Protocol;
using AkkaLstm.Training.Execution;

namespace AkkaLstm.Training.Inference;

/// <summary>
/// Runs a model over all windows of a split. The lanes are those of the plan's shards and the losses are added
/// shard by shard, so the result has the same bits on any number of threads, and those of the validation in
/// training.
/// </summary>
internal sealed class SplitRun
{
    private readonly ModelSpec _spec;
    private readonly ISequenceSource _source;
    private readonly TaskEvaluation _evaluation;
    private readonly SequenceModel _model;
    private readonly ModelWeights _weights;
    private readonly int _lanesPerShard;
    private readonly LossTotal[] _totals;

    private SplitRun(ModelSpec spec, ReadOnlyMemory<float> parameters, DataSet data, DataSplit split, int shardCount)
    {
        _spec = spec;
        _source = data.Source(split);
        _evaluation = data.Evaluate(split);
        _model = new SequenceModel(spec);
        _weights = new ModelWeights(spec);
        _weights.Load(parameters);
        _lanesPerShard = _source.Shape.Lanes / shardCount;
        _totals = new LossTotal[shardCount];
    }

    /// <summary>Loss and the task's own figures.</summary>
    /// <param name="spec">The model's shape.</param>
    /// <param name="parameters">All parameters in layout order.</param>
    /// <param name="data">The opened data.</param>
    /// <param name="split">Which split.</param>
    /// <param name="shardCount">S of the plan.</param>
    /// <param name="threads">Threads to share the lanes.</param>
    /// <param name="rolling">Origins of a forecast's back-test; null for none.</param>
    public static EvaluationResult Evaluate(
        ModelSpec spec,
        ReadOnlyMemory<float> parameters,
        DataSet data,
        DataSplit split,
        int shardCount,
        int threads,
        int? rolling = null)
    {
        var run = new SplitRun(spec, parameters, data, split, shardCount);
        int parts = Math.Min(threads, shardCount);
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
        {
            int end = (part + 1) * shardCount / parts;
            foreach (ShardRange shards in ShardRange.Decompose(part * shardCount / parts, end))
                run.Pass(shards);
        });
        LossTotal total = run._totals.Aggregate((sum, shard) => sum.Plus(shard));
        double? accuracy = RightAnswers.AreCounted(spec, run._source) ? (double)total.Correct / total.Count : null;
        return new EvaluationResult(split, total.Mean, total.Count, accuracy, run._evaluation.Finish(total.Mean))
        {
            Origins = rolling is { } count ? ((ForecastEvaluation)run._evaluation).Rolling(count) : [],
        };
    }

    /// <summary>One pass over the split with the lanes of some shards.</summary>
    private void Pass(ShardRange shards)
    {
        int lanes = shards.Count * _lanesPerShard;
        int timeSteps = _source.Shape.WindowLength;
        var workspace = new ModelWorkspace(_spec, timeSteps, lanes);
        SequenceBatch batch = _source.Shape.CreateBatch(lanes);
        var carry = new float[lanes * _spec.CarryLength];
        var losses = new ShardLoss[shards.Count];
        var outputs = new float[_evaluation.NeedsOutputs ? checked(timeSteps * lanes * _spec.OutputSize) : 0];
        for (int step = 0; step < _source.StepsPerEpoch; step++)
        {
            _source.Fill(batch, epoch: 0, step, shards.Start * _lanesPerShard, lanes);
            _model.Forward(_weights, batch, shards.Count, carry, carry, workspace, losses);
            Span<float> filled = [];
            if (_evaluation.NeedsOutputs)
            {
                filled = outputs.AsSpan(0, batch.TimeSteps * lanes * _spec.OutputSize);
                workspace.CopyOutputs(filled);
                lock (_evaluation) _evaluation.Add(batch, step, filled, _spec.OutputSize);
            }

            RightAnswers.AddTo(_totals.AsSpan(shards.Start, shards.Count), _source, batch, losses, filled);
        }
    }
}
