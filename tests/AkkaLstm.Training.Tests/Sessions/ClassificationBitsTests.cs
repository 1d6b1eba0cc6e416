using AkkaLstm.Data;
using AkkaLstm.Data.Classification;
using AkkaLstm.Data.Text;
using AkkaLstm.Models;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Inference;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Sessions;

/// <summary>The promises of same bits where sequences, and so the steps of an epoch, are of differing length.</summary>
public sealed class ClassificationBitsTests : IDisposable
{
    private readonly BitRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    private static PlanOptions Waves => new()
    {
        Data = "builtin:waves",
        Hidden = 6,
        Layers = 2,
        Dropout = 0.2,
        Batch = 32,
        Shards = 8,
        Epochs = 2,
        Seed = 3,
    };

    private PlanOptions Texts => new()
    {
        Data = WriteTexts(),
        Task = DataTask.Classify,
        Tokens = VocabularyKind.Words,
        Hidden = 6,
        Embedding = 4,
        MaxLength = 9,
        Batch = 8,
        Shards = 4,
        Epochs = 2,
    };

    private string WriteTexts() => _runs.Directory.Write("texts.jsonl", string.Concat(Enumerable.Range(0, 90).Select(i =>
        $$"""{"label": "{{(i % 3 == 0 ? "long" : "short")}}", "text": "{{string.Join(' ', Enumerable.Range(0, 1 + (i * i % 13)).Select(k => $"w{(i * k) % 7}"))}}"}""" + "\n")));

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 3)]
    public async Task RunAsync_OtherWorkersAndServers_SameParameters(int workers, int servers)
    {
        (string, PlanOptions)[] plans =
        [
            ("waves", Waves),
            ("texts", Texts),
            ("both", Waves with { Direction = LayerDirection.Both, ClassWeights = ClassWeights.Balanced }),
            ("attention", Texts with { Attention = AttentionKind.Additive }),
            ("attention-both", Waves with { Attention = AttentionKind.Additive, Direction = LayerDirection.Both }),
        ];
        foreach ((string name, PlanOptions plan) in plans)
            await _runs.AssertSameAsync(plan, workers, servers, name);
    }

    [Fact]
    public async Task ResumeAsync_StoppedInMidEpoch_SameParametersAndMetrics()
    {
        TrainingResult whole = await TestRuns.TrainAsync(Waves, _runs.Run("whole"));
        foreach (long step in (long[])[5, 16, 30])
        {
            using var observer = new RecordingObserver(step);
            TrainingResult part = step == 5
                ? await TestRuns.TrainAsync(Waves, _runs.Run("parts", 2, 3), observer: observer, stop: observer.Stop)
                : await TestRuns.ResumeAsync(_runs.Directory["parts"], new RunOptions { Workers = 3 }, observer: observer, stop: observer.Stop);
            Assert.Equal(TrainingStatus.Interrupted, part.Status);
            Assert.InRange(part.Steps, step, whole.Steps - 1);
        }

        TrainingResult result = await TestRuns.ResumeAsync(_runs.Directory["parts"], new RunOptions { Workers = 2, Servers = 2 });

        Assert.Equal(TrainingStatus.Completed, result.Status);
        Assert.Equal(whole.Steps, result.Steps);
        Assert.Equal(whole.ParameterHash, result.ParameterHash);
        Assert.Equal(whole.TestLoss, result.TestLoss);
    }

    [Fact]
    public async Task RunAsync_EveryEpoch_CountsEverySequenceOnce()
    {
        using var observer = new RecordingObserver();
        await TestRuns.TrainAsync(Waves, _runs.Run("counted"), observer: observer);

        // 15 % of each of 500, 250, 150 and 100, rounded, to validate and as many to test.
        const long training = 1000 - (2 * (75 + 38 + 23 + 15));
        Assert.All(
            observer.Steps.GroupBy(step => step.Epoch),
            epoch => Assert.Equal(training, epoch.Sum(step => step.Count)));
        Assert.Equal(2, observer.Epochs.Count);
        Assert.Contains(observer.Started!.DataNotes!, note => note.Contains("square 50", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_ClassWeights_ChangeTheTrainingOnly()
    {
        PlanOptions untrained = Waves with { Lr = 1e-30, Epochs = 1, Dropout = 0 };
        TrainingResult equal = await TestRuns.TrainAsync(untrained, _runs.Run("equal"));
        TrainingResult balanced = await TestRuns.TrainAsync(untrained with { ClassWeights = ClassWeights.Balanced }, _runs.Run("balanced"));

        Assert.Equal(equal.ValidationLoss!.Value, balanced.ValidationLoss!.Value, 6);
        Assert.NotEqual(equal.TrainingLoss, balanced.TrainingLoss);
    }

    [Theory]
    [InlineData(LayerDirection.Forward, AttentionKind.None)]
    [InlineData(LayerDirection.Both, AttentionKind.None)]
    [InlineData(LayerDirection.Forward, AttentionKind.Additive)]
    [InlineData(LayerDirection.Both, AttentionKind.Additive)]
    public async Task Evaluate_AnyThreads_IsWhatTrainingReportedAndWhatClassifyFinds(
        LayerDirection direction, AttentionKind attention)
    {
        TrainingResult trained = await TestRuns.TrainAsync(Texts with { Direction = direction, Attention = attention }, _runs.Run("model", 2));
        ModelFile model = ModelFile.Open(trained.RunDirectory);

        foreach (int threads in (int[])[1, 3])
        {
            EvaluationResult test = Evaluator.Evaluate(model, data: null, DataSplit.Test, threads);
            Assert.Equal(trained.TestLoss, test.Loss);
            Assert.Equal(test.Accuracy!.Value, test.Report.Model["accuracy"]!.Value, 12);
        }

        long right = Enum.GetValues<DataSplit>().Sum(split =>
        {
            EvaluationReport report = Evaluator.Evaluate(model, data: null, split).Report;
            return report.Confusion!.Counts.Index().Sum(row => row.Item[row.Index]);
        });
        ClassificationResult found = Classifier.Classify(model, data: null);
        Assert.Equal(90, found.Sequences.Count);
        Assert.Equal(right, found.Sequences.Count(sequence => sequence.Predicted == sequence.Label));
        Assert.Equal(90, found.Confusion!.Total);
        Assert.All(found.Sequences, sequence => Assert.Equal(1, sequence.Probabilities.Sum(), 5));
        Assert.Equal(Enumerable.Range(1, 90).Select(line => $"{line}"), found.Sequences.Select(sequence => sequence.Id));
    }

    [Theory]
    [InlineData(LayerDirection.Forward, AttentionKind.None)]
    [InlineData(LayerDirection.Both, AttentionKind.None)]
    [InlineData(LayerDirection.Forward, AttentionKind.Additive)]
    [InlineData(LayerDirection.Both, AttentionKind.Additive)]
    public async Task Classify_SequenceAmongOthers_HasTheProbabilitiesItHasAlone(
        LayerDirection direction, AttentionKind attention)
    {
        TrainingResult trained = await TestRuns.TrainAsync(Texts with { Epochs = 1, Direction = direction, Attention = attention }, _runs.Run("model"));
        ModelFile model = ModelFile.Open(trained.RunDirectory);
        string[] lines = File.ReadAllLines(_runs.Directory["texts.jsonl"]);
        ClassificationResult all = Classifier.Classify(model, data: null);

        foreach (int line in (int[])[0, 7, 41])
        {
            string alone = _runs.Directory.Write("alone.jsonl", lines[line].Replace("\"label\"", "\"was\"", StringComparison.Ordinal));
            ClassificationResult one = Classifier.Classify(model, alone);

            Assert.Null(one.Confusion);
            Assert.Null(Assert.Single(one.Sequences).Label);
            Assert.Equal(all.Sequences[line].Probabilities, one.Sequences[0].Probabilities);
        }
    }

    [Theory]
    [InlineData(AttentionKind.None)]
    [InlineData(AttentionKind.Additive)]
    public async Task Open_ExportedClassifier_ClassifiesTheSame(AttentionKind attention)
    {
        TrainingResult trained = await TestRuns.TrainAsync(Waves with { Epochs = 1, Attention = attention }, _runs.Run("model"));
        ModelFile model = ModelFile.Open(trained.RunDirectory);
        model.Export(_runs.Directory["waves.safetensors"]);

        ClassificationResult found = Classifier.Classify(ModelFile.Open(_runs.Directory["waves.safetensors"]), data: null);

        Assert.Equal(
            Classifier.Classify(model, data: null).Sequences.Select(sequence => sequence.Probabilities),
            found.Sequences.Select(sequence => sequence.Probabilities));
    }
}
