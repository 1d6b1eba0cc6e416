using AkkaLstm.Data;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Inference;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Inference;

/// <summary>A small forecast and a small language model, trained once for all tests of the class.</summary>
public sealed class TrainedModels : IAsyncLifetime
{
    internal TemporaryDirectory Directory { get; } = new();

    internal TrainingResult Forecast { get; private set; } = null!;

    internal TrainingResult Text { get; private set; } = null!;

    /// <summary>A sine with a period of 12 rows, with dates, and a column that is an input only.</summary>
    internal string CsvPath { get; private set; } = null!;

    internal string TextPath { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        string rows = string.Concat(Enumerable.Range(0, 240).Select(i => FormattableString.Invariant(
            $"{2000 + (i / 12)}-{(i % 12) + 1:00},{10 + (3 * Math.Sin(i * Math.PI / 6)):F4}\n")));
        CsvPath = Directory.Write("sine.csv", "month,value\n" + rows);
        TextPath = Directory.Write("text.txt", string.Concat(Enumerable.Repeat("the cat sat on the mat.\n", 120)));
        Forecast = await TestRuns.TrainAsync(
            new PlanOptions
            {
                Data = CsvPath,
                Hidden = 8,
                Window = 12,
                Horizon = 3,
                SeasonLength = 12,
                Batch = 16,
                Epochs = 25,
                Lr = 0.02,
            },
            new RunOptions { OutputDirectory = Directory["forecast"], Threads = 2 });
        Text = await TestRuns.TrainAsync(
            new PlanOptions
            {
                Data = TextPath, Task = DataTask.CharLm, Hidden = 24, Layers = 1, Embedding = 8, Dropout = 0, Window = 16, Batch = 8,
                Epochs = 12, Lr = 0.02,
            },
            new RunOptions { OutputDirectory = Directory["text"] });
    }

    public Task DisposeAsync()
    {
        Directory.Dispose();
        return Task.CompletedTask;
    }
}

public sealed class TrainedModelTests(TrainedModels trained) : IClassFixture<TrainedModels>
{
    [Fact]
    public void RunAsync_Sine_BeatsPersistenceByFar()
    {
        EvaluationReport test = trained.Forecast.Test!;

        double persistence = test.Methods.Single(method => method.Method == "persistence")["rmse"]!.Value;
        Assert.True(test.Model["rmse"] < 0.25 * persistence, $"rmse {test.Model["rmse"]}, persistence {persistence}");
    }

    [Fact]
    public void RunAsync_RepeatedSentence_IsLearned()
    {
        Assert.True(trained.Text.ValidationLoss < 0.2, $"{trained.Text.ValidationLoss} nats per character");
    }

    [Fact]
    public void Evaluate_TestSplitOnAnyThreads_IsWhatTrainingReported()
    {
        ModelFile model = ModelFile.Open(trained.Forecast.RunDirectory);

        foreach (int threads in (int[])[1, 2, 3])
        {
            EvaluationResult result = Evaluator.Evaluate(model, data: null, DataSplit.Test, threads);

            Assert.Equal(trained.Forecast.TestLoss, result.Loss);
            Assert.Equal(trained.Forecast.Test!.Model.Metrics, result.Report.Model.Metrics);
        }
    }

    [Fact]
    public void Evaluate_ValidationSplit_IsTheBestEpochsLossBitForBit()
    {
        EvaluationResult result = Evaluator.Evaluate(
            ModelFile.Open(trained.Text.RunDirectory), trained.TextPath, DataSplit.Valid);

        Assert.Equal(trained.Text.BestValidationLoss, result.Loss);
        Assert.InRange(result.Accuracy!.Value, 0.9, 1);
    }

    [Fact]
    public void Evaluate_OtherKindOfData_IsBadInput()
    {
        ModelFile model = ModelFile.Open(trained.Forecast.RunDirectory);

        Assert.Throws<BadInputException>(() => Evaluator.Evaluate(model, trained.TextPath, DataSplit.Test));
        Assert.Throws<BadInputException>(() => Evaluator.Evaluate(model, "/nowhere.csv", DataSplit.Test));
    }

    [Fact]
    public void Forecast_WithinTheHorizon_GoesOnWithDates()
    {
        ForecastResult result = Forecaster.Forecast(
            ModelFile.Open(trained.Forecast.RunDirectory), data: null, horizon: null);

        Assert.Equal(["2020-01", "2020-02", "2020-03"], result.Rows.Select(row => row.Date));
        Assert.Equal(["value"], result.Targets);
        for (int k = 0; k < 3; k++)
            Assert.Equal(10 + (3 * Math.Sin((240 + k) * Math.PI / 6)), result.Rows[k].Values[0], 1.0);
        Assert.Equal(result.HistoryDates.Count, result.History[0].Length);
        Assert.Equal("2019-12", result.HistoryDates[^1]);
    }

    [Fact]
    public void Forecast_BeyondTheHorizon_TakesItsOwnForecastsAsKnown()
    {
        ForecastResult result = Forecaster.Forecast(
            ModelFile.Open(trained.Forecast.RunDirectory), trained.CsvPath, horizon: 12);

        Assert.Equal(12, result.Rows.Count);
        Assert.Equal(Enumerable.Range(1, 12), result.Rows.Select(row => row.Step));
        for (int k = 0; k < 12; k++)
            Assert.Equal(10 + (3 * Math.Sin((240 + k) * Math.PI / 6)), result.Rows[k].Values[0], 1.5);
    }

    [Fact]
    public void Forecast_LanguageModel_IsBadInput()
    {
        var e = Assert.Throws<BadInputException>(
            () => Forecaster.Forecast(ModelFile.Open(trained.Text.RunDirectory), null, null));

        Assert.Contains("--task char-lm; give a model trained to forecast", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_Temperature0_GoesOnWithTheSentence()
    {
        GenerationResult result = Generator.Generate(
            ModelFile.Open(trained.Text.RunDirectory), new GenerationOptions
            {
                Prompt = "the cat ", Length = 20, Temperature = 0,
            });

        Assert.StartsWith("sat on the mat.", result.Text, StringComparison.Ordinal);
        Assert.Empty(result.UnknownInPrompt);
    }

    [Fact]
    public void Generate_SameSeed_SameTextAndStreamedWhole()
    {
        ModelFile model = ModelFile.Open(trained.Text.RunDirectory);
        var options = new GenerationOptions { Length = 60, Temperature = 1.5, Seed = 3 };
        string streamed = "";

        GenerationResult first = Generator.Generate(model, options, piece => streamed += piece);

        Assert.Equal(first.Text, streamed);
        Assert.Equal(60, first.Text.Length);
        Assert.Equal(first.Text, Generator.Generate(model, options).Text);
        Assert.NotEqual(first.Text, Generator.Generate(model, options with { Seed = 4 }).Text);
    }

    [Fact]
    public void Generate_Beams_StreamsTheSentenceOnceAndSaysHowLikelyItIs()
    {
        ModelFile model = ModelFile.Open(trained.Text.RunDirectory);
        string streamed = "";

        GenerationResult result = Generator.Generate(
            model, new GenerationOptions { Prompt = "the cat ", Length = 15, Beams = 4 }, piece => streamed += piece);

        Assert.Equal("sat on the mat.", result.Text);
        Assert.Equal(result.Text, streamed);
        Assert.InRange(result.LogProbability!.Value, -3, 0);
    }

    public static TheoryData<GenerationOptions, string> BadChoices => new()
    {
        { new GenerationOptions { Temperature = 1e-40 }, "--temperature: 1E-40 is out of range; use 0, or 1E-30 or more, for example 0.8" },
        { new GenerationOptions { TopK = 0 }, "--top-k: 0 is too small; use 1 or more, for example 40" },
        { new GenerationOptions { TopP = 0 }, "--top-p: 0 is out of range; use a number above 0 and at most 1, for example 0.9" },
        { new GenerationOptions { TopP = 1.5 }, "--top-p: 1.5 is out of range; use a number above 0 and at most 1, for example 0.9" },
        { new GenerationOptions { TopP = double.NaN }, "--top-p: NaN is out of range; use a number above 0 and at most 1, for example 0.9" },
        { new GenerationOptions { Beams = 0 }, "--beams: 0 is out of range; use 1 to 1000" },
        { new GenerationOptions { Beams = 2, TopK = 3 }, "--beams: searches for the likeliest text and draws nothing; leave out --top-k" },
    };

    [Theory]
    [MemberData(nameof(BadChoices))]
    public void Generate_BadChoice_NamesOptionAndRemedy(GenerationOptions options, string message) =>
        Assert.Equal(
            message,
            Assert.Throws<BadInputException>(() => Generator.Generate(ModelFile.Open(trained.Text.RunDirectory), options)).Message);

    [Fact]
    public void Generate_UnknownCharacters_AreReportedOnce()
    {
        GenerationResult result = Generator.Generate(
            ModelFile.Open(trained.Text.RunDirectory), new GenerationOptions
            {
                Prompt = "the Übermat Ü", Length = 1,
            });

        Assert.Equal(["Ü", "b", "r"], result.UnknownInPrompt);
    }

    [Theory]
    [InlineData(-1, 1, "--length")]
    [InlineData(1, -0.5, "--temperature")]
    [InlineData(1, double.NaN, "--temperature")]
    public void Generate_BadOption_NamesIt(int length, double temperature, string option)
    {
        var options = new GenerationOptions { Length = length, Temperature = temperature };

        var e = Assert.Throws<BadInputException>(
            () => Generator.Generate(ModelFile.Open(trained.Text.RunDirectory), options));

        Assert.StartsWith(option, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RunCheckpointParametersAndExport_AreTheSameModel()
    {
        string export = trained.Directory["exported.safetensors"];
        ModelFile run = ModelFile.Open(trained.Text.RunDirectory);
        run.Export(export);

        ModelFile[] models =
        [
            run, ModelFile.Open(trained.Text.BestCheckpoint!), ModelFile.Open(export),
            ModelFile.Open(Path.Combine(trained.Text.BestCheckpoint!, "parameters.safetensors")),
        ];

        Assert.All(models, model => Assert.Equal(run.Parameters.ToArray(), model.Parameters.ToArray()));
        Assert.All(models, model => Assert.Equal(run.Card.PlanHash, model.Card.PlanHash));
        Assert.Equal(
            Evaluator.Evaluate(run, trained.TextPath, DataSplit.Test).Loss,
            Evaluator.Evaluate(models[2], trained.TextPath, DataSplit.Test).Loss);
        Assert.Equal(
            ParameterLayout.For(run.Model).Hash(run.Parameters.Span), Inspector.Inspect(export).ParameterHash);
    }

    [Fact]
    public async Task RunAsync_InitFromAnotherModel_StartsAtItsLoss()
    {
        string export = trained.Directory["start.safetensors"];
        ModelFile.Open(trained.Text.LastCheckpoint!).Export(export);
        PlanOptions plan = ModelFile.Open(trained.Text.RunDirectory).Card.Plan.Options;

        TrainingResult result = await TestRuns.TrainAsync(
            plan with { InitFrom = export, Epochs = 1, Lr = 1e-9 },
            new RunOptions { OutputDirectory = trained.Directory["again"] });

        Assert.Equal(trained.Text.ValidationLoss!.Value, result.ValidationLoss!.Value, 1e-4);
    }

    [Fact]
    public async Task RunAsync_InitFromAModelOfOtherSizes_NamesTheTensor()
    {
        string export = trained.Directory["other.safetensors"];
        ModelFile.Open(trained.Forecast.RunDirectory).Export(export);

        var e = await Assert.ThrowsAsync<BadInputException>(() => TestRuns.TrainAsync(
            new PlanOptions { Hidden = 9, InitFrom = export },
            new RunOptions { OutputDirectory = trained.Directory["never"] }));

        Assert.Contains("other.safetensors", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(trained.Directory["never"]), "nothing is written for a plan that cannot begin");
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("empty-directory")]
    [InlineData("text.txt")]
    public void Open_WhatIsNoModel_IsBadInput(string name)
    {
        Directory.CreateDirectory(trained.Directory["empty-directory"]);

        var e = Assert.Throws<BadInputException>(() => ModelFile.Open(trained.Directory[name]));

        Assert.Contains(name, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Open_SafetensorsFromElsewhere_SaysWhatToDo()
    {
        string path = trained.Directory["foreign.safetensors"];
        Models.Formats.Safetensors.Write(path, [new("head.bias", [2], new float[2])]);

        var e = Assert.Throws<BadInputException>(() => ModelFile.Open(path));

        Assert.EndsWith(
            "use a file that export wrote, or train with --init-from", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DamagedCheckpoint_IsBadInput()
    {
        string copy = trained.Directory["copy"];
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(trained.Text.BestCheckpoint!))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
        byte[] parameters = File.ReadAllBytes(Path.Combine(copy, "parameters.safetensors"));
        parameters[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(copy, "parameters.safetensors"), parameters);

        var e = Assert.Throws<BadInputException>(() => ModelFile.Open(copy));

        Assert.Contains("is damaged", e.Message, StringComparison.Ordinal);
    }
}
