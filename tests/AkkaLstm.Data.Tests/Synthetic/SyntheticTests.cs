using AkkaLstm.Data.Synthetic;
using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Tests.Synthetic;

public sealed class SyntheticTests
{
    [Fact]
    public void Adding_Sequence_AsksForTheSumOfTheMarkedNumbersAtTheEnd()
    {
        foreach ((SequenceBatch batch, int lane) in Sequences("adding", window: 21))
        {
            int[] marked = [.. Enumerable.Range(0, 21).Where(t => Value(t, 1) == 1)];
            Assert.Equal(2, marked.Length);
            Assert.InRange(marked[0], 0, 9);
            Assert.InRange(marked[1], 10, 20);
            Assert.All(Enumerable.Range(0, 21), t => Assert.InRange(Value(t, 0), 0, 0.99999994f));
            Assert.Equal(Value(marked[0], 0) + Value(marked[1], 0), batch.TargetValues[(20 * batch.Lanes) + lane]);
            Assert.Equal([20], Enumerable.Range(0, 21).Where(t => batch.TargetMask[(t * batch.Lanes) + lane]));

            float Value(int t, int i) => batch.Values[(((t * batch.Lanes) + lane) * 2) + i];
        }
    }

    [Fact]
    public void Adding_ManySequences_HaveTheStatedErrorOfTheConstantAnswer()
    {
        double squared = 0;
        int count = 0;
        foreach ((SequenceBatch batch, int lane) in Sequences("adding", window: 30, sequences: 4000))
        {
            squared += Math.Pow(batch.TargetValues[(29 * batch.Lanes) + lane] - 1, 2);
            count++;
        }

        Assert.Equal(4000, count);
        Assert.Equal(1.0 / 6, squared / count, 0.01);
    }

    [Fact]
    public void TemporalOrder_PaperWindow_HasThePapersPlacesAndClasses()
    {
        var classes = new HashSet<int>();
        foreach ((SequenceBatch batch, int lane) in Sequences("temporal-order", window: 110))
        {
            int[] symbols = [.. Enumerable.Range(0, 110).Select(t => batch.Tokens[(t * batch.Lanes) + lane])];
            int end = Array.IndexOf(symbols, 1);
            Assert.InRange(end + 1, 100, 110);
            Assert.Equal(0, symbols[0]);
            Assert.All(symbols[(end + 1)..], symbol => Assert.Equal(0, symbol));
            int[] places = [.. Enumerable.Range(0, 110).Where(t => symbols[t] >= 6)];
            Assert.Equal(2, places.Length);
            Assert.InRange(places[0], 10, 20);
            Assert.InRange(places[1], 50, 60);
            Assert.All(Enumerable.Range(1, end - 1).Except(places), t => Assert.InRange(symbols[t], 2, 5));
            for (int t = 0; t < 110; t++)
            {
                int expected = t == end ? (2 * (symbols[places[0]] - 6)) + symbols[places[1]] - 6 : SequenceBatch.IgnoredClass;
                Assert.Equal(expected, batch.TargetClasses[(t * batch.Lanes) + lane]);
            }

            classes.Add(batch.TargetClasses[(end * batch.Lanes) + lane]);
        }

        Assert.Equal(4, classes.Count);
    }

    [Fact]
    public void Copy_Sequence_RepeatsTheSymbolsAfterTheDelay()
    {
        foreach ((SequenceBatch batch, int lane) in Sequences("copy", window: 35))
        {
            int[] tokens = [.. Enumerable.Range(0, 35).Select(t => batch.Tokens[(t * batch.Lanes) + lane])];
            int[] targets = [.. Enumerable.Range(0, 35).Select(t => batch.TargetClasses[(t * batch.Lanes) + lane])];
            Assert.All(tokens[..10], token => Assert.InRange(token, 0, 7));
            Assert.Equal([.. Enumerable.Repeat(8, 14), 9, .. Enumerable.Repeat(8, 10)], tokens[10..]);
            Assert.Equal([.. Enumerable.Repeat(8, 25), .. tokens[..10]], targets);
        }
    }

    [Fact]
    public void Reber_Sequence_IsAWholeLegalStringShiftedByOne()
    {
        var strings = new HashSet<string>();
        foreach ((SequenceBatch batch, int lane) in Sequences("reber", window: 30, sequences: 300))
        {
            int count = Enumerable.Range(0, 30).Count(t => Target(t) != SequenceBatch.IgnoredClass);
            int[] tokens = [.. Enumerable.Range(0, count).Select(Token), Target(count - 1)];
            Assert.InRange(tokens.Length, ReberGrammar.ShortestLength, 31);
            Assert.All(Enumerable.Range(1, count - 1), t => Assert.Equal(Target(t - 1), Token(t)));
            Assert.Equal(0, ReberGrammar.LegalSuccessors(tokens));
            Assert.Equal(tokens[1], tokens[^2]);
            Assert.All(
                Enumerable.Range(count, 30 - count),
                t => Assert.Equal((0, SequenceBatch.IgnoredClass), (Token(t), Target(t))));
            strings.Add(string.Concat(tokens.Select(token => ReberGrammar.Symbols[token])));

            int Token(int t) => batch.Tokens[(t * batch.Lanes) + lane];
            int Target(int t) => batch.TargetClasses[(t * batch.Lanes) + lane];
        }

        Assert.Contains("BTBTXSETE", strings);
        Assert.Contains("BPBPVVEPE", strings);
        Assert.True(strings.Count > 60, $"{strings.Count} different strings");
    }

    [Theory]
    [InlineData("", "B")]
    [InlineData("B", "TP")]
    [InlineData("BT", "B")]
    [InlineData("BTB", "TP")]
    [InlineData("BTBT", "SX")]
    [InlineData("BTBTS", "SX")]
    [InlineData("BTBTX", "XS")]
    [InlineData("BTBTXX", "TV")]
    [InlineData("BTBTXXT", "TV")]
    [InlineData("BPBPV", "PV")]
    [InlineData("BPBPVP", "XS")]
    [InlineData("BPBPVV", "E")]
    [InlineData("BPBPVVE", "P")]
    [InlineData("BTBPVVE", "T")]
    [InlineData("BTBPVVET", "E")]
    [InlineData("BTBPVVETE", "")]
    public void LegalSuccessors_Beginning_AreThoseOfThePublishedGraph(string beginning, string expected)
    {
        int[] tokens = [.. beginning.Select(symbol => ReberGrammar.Symbols.IndexOf(symbol, StringComparison.Ordinal))];
        int legal = ReberGrammar.LegalSuccessors(tokens);
        Assert.Equal(expected.Order(), ReberGrammar.Symbols.Where((_, token) => (legal & (1 << token)) != 0).Order());
    }

    [Fact]
    public void LegalSuccessors_IllegalBeginning_Throws() =>
        Assert.Throws<ArgumentException>(() => ReberGrammar.LegalSuccessors([0, 0]));

    [Fact]
    public void IsRight_LegalSymbolNotAboveAllOthers_IsWrong()
    {
        const int Legal = 0b110; // T or P
        Assert.True(ReberGrammar.IsRight(Legal, [0, 2, 1, 0, 0, 0, 0.5f]));
        Assert.False(ReberGrammar.IsRight(Legal, [1, 2, 1, 0, 0, 0, 0]));
        Assert.False(ReberGrammar.IsRight(Legal, [0, 9, 1, 0, 0, 0, 2]));
    }

    [Theory]
    [InlineData("reber")]
    [InlineData("temporal-order")]
    [InlineData("adding")]
    [InlineData("copy")]
    public void Fill_Epochs_AreNewInTrainingAndFixedInValidation(string name)
    {
        DataSet data = Open(name, 33, 40);
        Assert.NotEqual(Lanes(data, DataSplit.Train, 0), Lanes(data, DataSplit.Train, 1));
        Assert.NotEqual(Lanes(data, DataSplit.Valid, 0), Lanes(data, DataSplit.Train, 0));
        Assert.NotEqual(Lanes(data, DataSplit.Valid, 0), Lanes(data, DataSplit.Test, 0));
        Assert.Equal(Lanes(data, DataSplit.Valid, 0), Lanes(data, DataSplit.Valid, 1));
        Assert.NotEqual(Lanes(data, DataSplit.Train, 0), Lanes(Open(name, 33, 40, seed: 8), DataSplit.Train, 0));
        Assert.NotEqual(data.Hash, Open(name, 33, 40, seed: 8).Hash);

        static string Lanes(DataSet data, DataSplit split, int epoch) =>
            string.Join('\n', Windows.Lanes(data.Source(split), epoch, 0, 8));
    }

    [Theory]
    [InlineData("reber", 7)]
    [InlineData("adding", 1)]
    [InlineData("temporal-order", 10)]
    [InlineData("copy", 20)]
    public void Open_WindowTooShort_NamesIt(string name, int window)
    {
        var error = Assert.Throws<BadInputException>(() => Open(name, window, 10));
        Assert.StartsWith($"--window {window}: ", error.Message, StringComparison.Ordinal);
        Assert.NotNull(Open(name, window + 1, 10));
    }

    [Fact]
    public void Open_OptionOutOfPlace_NamesIt()
    {
        DataOptions options = Options("reber", 30, 10);
        foreach ((DataOptions bad, string place) in new[]
        {
            (options with { TrainSequences = 0 }, "--train-sequences 0"),
            (options with { EvaluationSequences = -1 }, "--evaluation-sequences -1"),
            (options with { ValidPath = "x" }, "--valid"),
        })
        {
            Assert.StartsWith(place, Assert.Throws<BadInputException>(() => DataSets.Open(bad)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("temporal-order")]
    [InlineData("copy")]
    [InlineData("adding")]
    public void Finish_ModelThatKnowsTheAnswer_IsAlwaysRight(string name)
    {
        DataSet data = Open(name, 33, 10);
        TaskEvaluation evaluation = data.Evaluate(DataSplit.Test);
        Forecasting.ForecastEvaluationTests.AddAll(evaluation, data.Source(DataSplit.Test), (batch, index) =>
            batch.TargetSize > 0 ? batch.TargetValues[index] + 0.07f
            : batch.TargetClasses[index / data.Shape.OutputSize] == index % data.Shape.OutputSize ? 1 : 0);
        EvaluationReport report = evaluation.Finish(0.5);
        Assert.Equal(1, report.Model["accuracy"]);
        Assert.Equal(1, report.Model["sequenceAccuracy"]);
        Assert.Equal(0.5, report.Model["loss"]);
        Assert.True(report.Methods[1]["loss"] > 0);
    }

    [Theory]
    [InlineData("temporal-order")]
    [InlineData("adding")]
    public void CountRight_HalfOfTheLanesRight_CountsThemLikeTheEvaluation(string name)
    {
        DataSet data = Open(name, 33, 8);
        var source = (IJudgedSource)data.Source(DataSplit.Test);
        TaskEvaluation evaluation = data.Evaluate(DataSplit.Test);
        long right = 0;
        long lastLanes = 0;
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            SequenceBatch batch = Windows.Fill(source, 0, step, 0, source.Shape.Lanes);
            float[] outputs = [.. Enumerable.Range(0, batch.TimeSteps * batch.Lanes * source.Shape.OutputSize).Select(index =>
                index / source.Shape.OutputSize % batch.Lanes % 2 == 0 ? -1f - (index % 7)
                : batch.TargetSize > 0 ? batch.TargetValues[index]
                : batch.TargetClasses[index / source.Shape.OutputSize] == index % source.Shape.OutputSize ? 1 : 0)];
            evaluation.Add(batch, step, outputs, source.Shape.OutputSize);
            right += source.CountRight(batch, 0, batch.Lanes - 1, outputs);
            lastLanes += source.CountRight(batch, batch.Lanes - 1, 1, outputs);
        }

        Assert.True(lastLanes > 0);
        double accuracy = evaluation.Finish(0.5).Model["accuracy"]!.Value;
        Assert.Equal(accuracy, (double)(right + lastLanes) / source.TargetsPerEpoch, 1e-12);
        Assert.InRange(accuracy, 0.4, 0.8);
    }

    [Fact]
    public void Finish_AddingAnswerFurtherThanThePaperAllows_IsWrong()
    {
        DataSet data = Open("adding", 33, 10);
        TaskEvaluation evaluation = data.Evaluate(DataSplit.Test);
        Forecasting.ForecastEvaluationTests.AddAll(
            evaluation, data.Source(DataSplit.Test), (batch, index) => batch.TargetValues[index] - 0.09f);
        Assert.Equal(0, evaluation.Finish(0.5).Model["accuracy"]);
    }

    [Fact]
    public void Finish_ReberModelWithoutMemory_FailsAtTheLastButOneSymbolOnly()
    {
        DataSet data = Open("reber", 30, 10);
        ISequenceSource source = data.Source(DataSplit.Test);
        TaskEvaluation evaluation = data.Evaluate(DataSplit.Test);
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            SequenceBatch batch = Windows.Fill(source, 0, step, 0, source.Shape.Lanes);
            var outputs = new float[batch.TimeSteps * batch.Lanes * 7];
            for (int lane = 0; lane < batch.Lanes; lane++)
            {
                var beginning = new List<int>();
                for (int t = 0; t < batch.TimeSteps; t++)
                {
                    int cell = (t * batch.Lanes) + lane;
                    if (batch.TargetClasses[cell] == SequenceBatch.IgnoredClass)
                        break;
                    beginning.Add(batch.Tokens[cell]);
                    int legal = ReberGrammar.LegalSuccessors([.. beginning]);
                    bool isLastButOne = beginning.Count > 5 && beginning[^1] == 6;
                    for (int token = 0; token < 7; token++)
                        outputs[(cell * 7) + token] = ((isLastButOne ? 0b110 : legal) & (1 << token)) != 0 ? 1 : 0;
                }
            }

            evaluation.Add(batch, step, outputs, 7);
        }

        EvaluationReport report = evaluation.Finish(0);
        Assert.Equal(0, report.Model["sequenceAccuracy"]);
        Assert.InRange(report.Model["accuracy"]!.Value, 0.85, 0.95);
        Assert.Single(report.Methods);
    }

    private static DataOptions Options(string name, int window, int sequences, ulong seed = 7) => new()
    {
        Data = "builtin:" + name,
        Window = window,
        Batch = 8,
        Seed = seed,
        TrainSequences = sequences,
        EvaluationSequences = sequences,
    };

    private static DataSet Open(string name, int window, int sequences, ulong seed = 7) =>
        DataSets.Open(Options(name, window, sequences, seed));

    private static IEnumerable<(SequenceBatch Batch, int Lane)> Sequences(string name, int window, int sequences = 64)
    {
        ISequenceSource source = Open(name, window, sequences).Source(DataSplit.Train);
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            SequenceBatch batch = Windows.Fill(source, 0, step, 0, source.Shape.Lanes);
            for (int lane = 0; lane < batch.Lanes && (step * source.Shape.Lanes) + lane < sequences; lane++)
            {
                Assert.True(batch.ResetsCarry[lane]);
                yield return (batch, lane);
            }
        }
    }
}
