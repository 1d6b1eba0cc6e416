using System.Globalization;
using AkkaLstm.Data.Classification;
using AkkaLstm.Data.Text;
using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Tests.Classification;

/// <summary>From a file to batches: labels, scales, lengths, the last step, own files, saved encodings.</summary>
public sealed class ClassificationDataSetTests : IDisposable
{
    private readonly TempFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Fill_EverySequence_HasItsClassAtItsLastStepAndNothingAfter()
    {
        DataSet data = DataSets.Open(Options(Csv(60)));
        ISequenceSource source = data.Source(DataSplit.Train);
        int seen = 0;
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            SequenceBatch batch = Windows.Fill(source, 0, step, 0, source.Shape.Lanes);
            for (int lane = 0; lane < batch.Lanes; lane++)
            {
                int[] targets = [.. Enumerable.Range(0, batch.TimeSteps).Select(t => batch.TargetClasses[(t * batch.Lanes) + lane])];
                int last = Array.FindIndex(targets, target => target != SequenceBatch.IgnoredClass);
                if (last < 0)
                    continue;
                seen++;
                Assert.Equal(1, targets.Count(target => target != SequenceBatch.IgnoredClass));
                float[] values = [.. Enumerable.Range(0, batch.TimeSteps).Select(t => batch.Values[(t * batch.Lanes) + lane])];
                Assert.All(values[(last + 1)..], value => Assert.Equal(0, value));

                // Csv() makes rising sequences of "up" and falling ones of "down".
                Assert.Equal(targets[last] == 1, values[0] < values[last]);
            }
        }

        Assert.Equal(((ClassificationDataSet)data).SequenceCount(DataSplit.Train), seen);
    }

    [Fact]
    public void Fill_BalancedWeights_EveryClassWeighsTheSameInTraining()
    {
        DataSet data = DataSets.Open(new DataOptions
        {
            Data = "builtin:waves", Window = 1, Batch = 10, Seed = 1, ClassWeights = ClassWeights.Balanced,
        });
        ISequenceSource source = data.Source(DataSplit.Train);
        var weights = new double[4];
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            SequenceBatch batch = Windows.Fill(source, 0, step, 0, source.Shape.Lanes);
            Assert.True(batch.HasWeights);
            for (int row = 0; row < batch.TimeSteps * batch.Lanes; row++)
            {
                if (batch.TargetClasses[row] != SequenceBatch.IgnoredClass)
                    weights[batch.TargetClasses[row]] += batch.LaneWeights[row % batch.Lanes];
            }
        }

        Assert.All(weights, weight => Assert.Equal(source.TargetsPerEpoch / 4.0, weight, 1e-2));
        Assert.False(Windows.Fill(data.Source(DataSplit.Valid), 0, 0, 0, source.Shape.Lanes).HasWeights);
    }

    [Fact]
    public void Open_Fractions_SplitsEachLabelAndFitsOnTheTrainingPartOnly()
    {
        var data = (ClassificationDataSet)DataSets.Open(Options(Csv(60)) with { ValidFraction = 0.1, TestFraction = 0.2 });

        Assert.Equal(["down", "up"], data.Encoding.Labels);
        Assert.Equal((42, 6, 12), (data.SequenceCount(DataSplit.Train), data.SequenceCount(DataSplit.Valid), data.SequenceCount(DataSplit.Test)));
        double[] values = [.. Batches(data, DataSplit.Train).SelectMany(value => value)];
        Assert.Equal(0, values.Average(), 5);
    }

    [Fact]
    public void Open_FilesOfTheirOwn_AreNotCut()
    {
        var data = (ClassificationDataSet)DataSets.Open(Options(Csv(20)) with { ValidPath = Csv(7, "v.csv"), TestPath = Csv(5, "t.csv") });

        Assert.Equal((20, 7, 5), (data.SequenceCount(DataSplit.Train), data.SequenceCount(DataSplit.Valid), data.SequenceCount(DataSplit.Test)));
    }

    [Fact]
    public void Open_MaxLength_KeepsTheLastSteps()
    {
        string path = _files.Write(
            "a.jsonl", """{"label": "a", "sequence": [1, 2, 3, 4]}""" + "\n" + """{"label": "b", "sequence": [7]}""");
        var options = new DataOptions { Data = path, Window = 1, Batch = 2, ValidFraction = 0, TestFraction = 0 };

        DataSet whole = DataSets.Open(options);
        DataSet cut = DataSets.Open(options with { MaxLength = 2 });

        Assert.Equal(4, whole.Shape.WindowLength);
        Assert.Equal(2, cut.Shape.WindowLength);
        Assert.Contains("1 cut to their last 2", cut.Notes[0], StringComparison.Ordinal);
        float[] four = Sequence(whole, "a");
        Assert.Equal(four[2..], Sequence(cut, "a"));
    }

    [Fact]
    public void Open_Texts_AreTokensOfTheTrainingPart()
    {
        string path = _files.Write("a.jsonl", string.Concat(Enumerable.Range(0, 10).Select(
            i => $$"""{"label": "{{(i % 2 == 0 ? "even" : "odd")}}", "text": "word {{i % 2}} here"}""" + "\n")));
        var words = (ClassificationDataSet)DataSets.Open(new DataOptions { Data = path, Window = 1, Batch = 2 });
        var characters = (ClassificationDataSet)DataSets.Open(
            new DataOptions { Data = path, Window = 1, Batch = 2, Tokens = VocabularyKind.Characters });

        Assert.Equal(["here", "word", "0", "1", "<unk>"], words.Encoding.Vocabulary!.Tokens);
        Assert.Equal(3, words.Shape.WindowLength);
        Assert.Equal("word 0 here".Length, characters.Shape.WindowLength);
        Assert.True(characters.Shape.IsTokenInput);
    }

    [Fact]
    public void Open_SavedEncoding_IsUsedAsItIs()
    {
        DataSet data = DataSets.Open(Options(Csv(40)));
        var saved = DataArtifacts.Parse(data.Artifacts.ToJson(), "model.json");

        var again = (ClassificationDataSet)DataSets.Open(Options(Csv(30, "other.csv")), saved);

        Assert.Equal(saved.Classification!.Features, again.Encoding.Features);
        Assert.Equal(data.Artifacts.ToJson(), again.Artifacts.ToJson());
    }

    [Fact]
    public void Open_LabelThatTrainingLacks_NamesItsLine()
    {
        string test = _files.Write("t.csv", "sequence,label,x\n1,sideways,2\n");

        Message(() => DataSets.Open(Options(Csv(20)) with { TestPath = test }), "t.csv:2:", "'sideways'", "down, up");
    }

    [Fact]
    public void Open_OneLabelOnly_AsksForTwo() =>
        Message(
            () => DataSets.Open(Options(_files.Write("a.csv", "sequence,label,x\n1,only,2\n2,only,2\n"))),
            "a.csv", "'only'", "at least two labels");

    [Fact]
    public void Open_TextsForAModelOfNumbers_AreRefused()
    {
        DataArtifacts saved = DataSets.Open(Options(Csv(20))).Artifacts;
        string path = _files.Write("t.jsonl", """{"label": "up", "text": "abc"}""");

        Message(() => DataSets.Open(Options(path), saved), "t.jsonl", "texts", "sequences of numbers");
    }

    [Fact]
    public void Open_TextWithoutWords_NamesItsLine()
    {
        string path = _files.Write("t.jsonl", """{"label": "a", "text": "x"}""" + "\n" + """{"label": "b", "text": " "}""");

        Message(() => DataSets.Open(new DataOptions { Data = path, Window = 1, Batch = 1 }), "t.jsonl:2:", "no words");
    }

    [Fact]
    public void Notes_UnevenClasses_PointToMacroF1()
    {
        string rows = string.Concat(Enumerable.Range(0, 100).Select(i => $"{i},{(i % 10 == 0 ? "b" : i % 10 == 1 ? "c" : "a")},{i}\n"));
        DataOptions options = Options(_files.Write("u.csv", "sequence,label,x\n" + rows)) with { ValidFraction = 0.1, TestFraction = 0.2 };

        Assert.Contains("a 80 %, b 10 %, c 10 %; uneven", DataSets.Open(options).Notes[1], StringComparison.Ordinal);
        Assert.DoesNotContain("uneven", DataSets.Open(Options(Csv(60))).Notes[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_Baselines_AreFittedOnTheTrainingPart()
    {
        // The mean tells a from b, and a is more frequent.
        string rows = string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{(i % 3 == 0 ? "b" : "a")},{(i % 3 == 0 ? 1 : -1)}\n"));
        DataSet data = DataSets.Open(Options(_files.Write("m.csv", "sequence,label,x\n" + rows)));
        ISequenceSource source = data.Source(DataSplit.Test);
        TaskEvaluation evaluation = data.Evaluate(DataSplit.Test);
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            SequenceBatch batch = Windows.Fill(source, 0, step, 0, source.Shape.Lanes);
            float[] outputs = [.. Enumerable.Repeat((float[])[0, 1], batch.TimeSteps * batch.Lanes).SelectMany(row => row)];
            evaluation.Add(batch, step, outputs, 2);
        }

        EvaluationReport report = evaluation.Finish(0.5);

        Assert.Equal(["model", "majority", "centroid"], report.Methods.Select(method => method.Method));
        Assert.Equal(1.0 / 3, report.Model["accuracy"]!.Value, 2); // it says "b" always
        Assert.Equal(2.0 / 3, report.Methods[1]["accuracy"]!.Value, 2);
        Assert.Equal(1, report.Methods[2]["accuracy"]);
        Assert.Equal(["precision", "recall", "f1", "support"], report.Model.Targets[0].Metrics.Select(metric => metric.Name));
        Assert.Throws<InvalidOperationException>(() => data.Evaluate(DataSplit.Test).Finish(0.5));
    }

    [Fact]
    public void Open_Waves_CannotBeToldApartByTheirMeans()
    {
        var data = (ClassificationDataSet)DataSets.Open(new DataOptions { Data = "builtin:waves", Window = 1, Batch = 32, Seed = 1 });

        Assert.Equal(["falling", "rising", "square", "triangle"], data.Encoding.Labels);
        Assert.Equal(1000, Enum.GetValues<DataSplit>().Sum(data.SequenceCount));
        Assert.InRange(data.Shape.WindowLength, 70, 80);
    }

    private static void Message(Action open, params string[] parts)
    {
        string message = Assert.Throws<BadInputException>(open).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static DataOptions Options(string path) =>
        new() { Data = path, Task = DataTask.Classify, Window = 1, Batch = 8, Seed = 2 };

    private static IEnumerable<float[]> Batches(DataSet data, DataSplit split)
    {
        ISequenceSource source = data.Source(split);
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            SequenceBatch batch = Windows.Fill(source, 0, step, 0, source.Shape.Lanes);
            yield return batch.Values[..(batch.TimeSteps * batch.Lanes)];
        }
    }

    /// <summary>The values of the one sequence of a label.</summary>
    private static float[] Sequence(DataSet data, string label)
    {
        int index = ((ClassificationDataSet)data).Encoding.Labels.ToList().IndexOf(label);
        SequenceBatch batch = Windows.Fill(data.Source(DataSplit.Train), 0, 0, 0, 2);
        for (int cell = 0; cell < batch.TimeSteps * 2; cell++)
        {
            if (batch.TargetClasses[cell] == index)
                return [.. Enumerable.Range(0, (cell / 2) + 1).Select(t => batch.Values[(t * 2) + (cell % 2)])];
        }

        throw new InvalidOperationException(label);
    }

    /// <summary>Sequences of 2 to 10 steps that rise ("up") or fall ("down").</summary>
    private string Csv(int sequences, string name = "a.csv")
    {
        string rows = string.Concat(Enumerable.Range(0, sequences).SelectMany(i => Enumerable.Range(0, 2 + (i % 9)).Select(
            t => string.Create(CultureInfo.InvariantCulture, $"s{i},{(i % 2 == 0 ? "up" : "down")},{(i % 2 == 0 ? t : -t) + (0.01 * i)}\n"))));
        return _files.Write(name, "sequence,label,x\n" + rows);
    }
}
