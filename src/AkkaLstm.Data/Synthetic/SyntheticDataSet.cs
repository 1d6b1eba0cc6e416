using System.Text;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Synthetic;

/// <summary>A generated problem; its data is its definition.</summary>
public sealed class SyntheticDataSet : DataSet
{
    private const int DefaultTrainSequences = 10_000;
    private const int DefaultEvaluationSequences = 1_000;
    private const int MostSequences = 1_000_000_000;

    private readonly DataOptions _options;
    private readonly SyntheticProblem _problem;

    private SyntheticDataSet(DataOptions options, SyntheticProblem problem, string hash)
        : base(options.Data, DataTask.Synthetic, hash)
    {
        _options = options;
        _problem = problem;
        Shape = problem.Shape(options.Batch);
    }

    /// <inheritdoc/>
    public override DataArtifacts Artifacts => DataArtifacts.None;

    /// <inheritdoc/>
    public override SourceShape Shape { get; }

    /// <inheritdoc/>
    public override bool Has(DataSplit split) => true;

    /// <inheritdoc/>
    public override TaskEvaluation Evaluate(DataSplit split) => new SyntheticEvaluation(_problem, Shape.OutputSize);

    /// <summary>Opens a problem by name.</summary>
    internal static SyntheticDataSet Open(DataOptions options, string name)
    {
        DataSets.RequireWithin("--train-sequences", options.TrainSequences ?? 1, 1, MostSequences);
        DataSets.RequireWithin("--evaluation-sequences", options.EvaluationSequences ?? 1, 1, MostSequences);
        if (options.ValidPath is not null || options.TestPath is not null)
            throw new BadInputException($"--valid, --test: {options.Data} draws its own; leave them out.");
        SyntheticProblem problem = name switch
        {
            AddingProblem.Name => AddingProblem.Of(options.Window),
            TemporalOrderProblem.Name => TemporalOrderProblem.Of(options.Window),
            CopyProblem.Name => CopyProblem.Of(options.Window),
            ReberProblem.Name => ReberProblem.Of(options.Window),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Not a synthetic problem."),
        };
        string counts = $"{Count(options, DataSplit.Train)}, {Count(options, DataSplit.Valid)}, "
            + $"{Count(options, DataSplit.Test)}";
        byte[] definition = Encoding.UTF8.GetBytes(
            $"{problem.Definition}; seed {options.Seed}; sequences {counts}");
        return new SyntheticDataSet(options, problem, ContentHash.Of(definition));
    }

    /// <inheritdoc/>
    protected override ISequenceSource CreateSource(DataSplit split) =>
        new SyntheticSource(_problem, split, _options.Seed, Count(_options, split), _options.Batch);

    private static int Count(DataOptions options, DataSplit split) => split == DataSplit.Train
        ? options.TrainSequences ?? DefaultTrainSequences
        : options.EvaluationSequences ?? DefaultEvaluationSequences;
}
