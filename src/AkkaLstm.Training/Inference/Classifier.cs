using AkkaLstm.Data.Classification;
using AkkaLstm.Models;
using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Losses;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Inference;

/// <summary>What a model takes some sequences for.</summary>
/// <param name="Labels">Labels of the classes.</param>
/// <param name="Sequences">In the file's order.</param>
/// <param name="Confusion">The model against the labels, over the sequences that have one; null where none has.</param>
public sealed record ClassificationResult(
    IReadOnlyList<string> Labels, IReadOnlyList<ClassifiedSequence> Sequences, ConfusionMatrix? Confusion);

/// <summary>What a model takes a sequence for.</summary>
/// <param name="Id">What the file calls it.</param>
/// <param name="Label">Its label in the file; null where it has none.</param>
/// <param name="Predicted">The likeliest class, the first of equal ones.</param>
/// <param name="Probabilities">Of each class, in the order of the labels; they add up to 1.</param>
public sealed record ClassifiedSequence(
    string Id, string? Label, string Predicted, IReadOnlyList<float> Probabilities);

/// <summary>Classifies the sequences of a file.</summary>
public static class Classifier
{
    /// <summary>Classifies all sequences of a file; labels in it are compared, not needed.</summary>
    /// <param name="model">A model trained with the classify task.</param>
    /// <param name="data">Path of the file or <c>builtin:NAME</c>; null takes what the model was trained on.</param>
    /// <exception cref="BadInputException">The model is no classifier, or the data cannot be used with it.</exception>
    public static ClassificationResult Classify(ModelFile model, string? data)
    {
        if (model.Card.Artifacts.Classification is not { } encoding)
        {
            throw new BadInputException(
                $"{model.Source}: was trained for --task {ChoiceNames.NameOf(model.Card.Plan.Task)}; "
                + "give a model trained to classify");
        }

        SequencesToClassify sequences = SequencesToClassify.Open(model.DataOptionsFor(data), encoding);
        var found = new ClassifiedSequence[sequences.Count];
        Run(model, sequences, (sequence, logits) => found[sequence] = Describe(sequences, sequence, logits, encoding.Labels));

        var confusion = new ConfusionMatrix(encoding.Labels);
        for (int i = 0; i < found.Length; i++)
        {
            if (sequences.ClassOf(i) is { } actual)
                confusion.Add(actual, Likeliest(found[i].Probabilities));
        }

        return new ClassificationResult(encoding.Labels, found, confusion.Total == 0 ? null : confusion);
    }

    private static void Run(ModelFile model, SequencesToClassify sequences, Action<int, float[]> take)
    {
        ModelSpec spec = model.Model;
        int lanes = sequences.Source.Shape.Lanes;
        var step = new SequenceModel(spec);
        var weights = new ModelWeights(spec);
        weights.Load(model.Parameters);
        var workspace = new ModelWorkspace(spec, sequences.Source.Shape.WindowLength, lanes);
        SequenceBatch batch = sequences.Source.Shape.CreateBatch(lanes);
        var carry = new float[lanes * spec.CarryLength];
        var outputs = new float[checked(sequences.Source.Shape.WindowLength * lanes * spec.OutputSize)];
        var losses = new ShardLoss[1];
        for (int i = 0; i < sequences.Source.StepsPerEpoch; i++)
        {
            sequences.Source.Fill(batch, epoch: 0, i, firstLane: 0, lanes);
            step.Forward(weights, batch, shardCount: 1, carry, carry, workspace, losses);
            workspace.CopyOutputs(outputs.AsSpan(0, batch.TimeSteps * lanes * spec.OutputSize));
            for (int lane = 0; lane < lanes; lane++)
            {
                if (sequences.At(i, lane) is ({ } sequence, { } last))
                    take(sequence, outputs.AsSpan(((last * lanes) + lane) * spec.OutputSize, spec.OutputSize).ToArray());
            }
        }
    }

    private static ClassifiedSequence Describe(
        SequencesToClassify sequences, int sequence, float[] logits, IReadOnlyList<string> labels)
    {
        var probabilities = new float[logits.Length];
        Softmax.Probabilities(logits, temperature: 1, probabilities);
        string? label = sequences.ClassOf(sequence) is { } actual ? labels[actual] : null;
        return new ClassifiedSequence(sequences.Id(sequence), label, labels[Likeliest(probabilities)], probabilities);
    }

    private static int Likeliest(IReadOnlyList<float> values)
    {
        int best = 0;
        for (int c = 1; c < values.Count; c++)
        {
            if (values[c] > values[best]) best = c;
        }

        return best;
    }
}
