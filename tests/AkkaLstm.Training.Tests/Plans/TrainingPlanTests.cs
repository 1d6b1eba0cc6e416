using AkkaLstm.Data;
using AkkaLstm.Data.Classification;
using AkkaLstm.Models;
using AkkaLstm.Models.Optimizers;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Tests.Plans;

public sealed class TrainingPlanTests
{
    [Fact]
    public void Resolve_NothingSaid_IsTheEmbeddedForecast()
    {
        TrainingPlan plan = TrainingPlan.Resolve(new PlanOptions());

        Assert.Equal("builtin:sunspots", plan.Data);
        Assert.Equal(DataTask.Forecast, plan.Task);
        Assert.Equal(0, plan.Batch % plan.Shards);
    }

    [Theory]
    [InlineData(64, 8)]
    [InlineData(20, 4)]
    [InlineData(6, 2)]
    [InlineData(7, 1)]
    [InlineData(8, 8)]
    [InlineData(4, 4)]
    public void Resolve_NoShards_TakesTheLargestPowerOfTwoUpTo8ThatDividesTheBatch(int batch, int shards)
    {
        Assert.Equal(shards, TrainingPlan.Resolve(new PlanOptions { Batch = batch }).Shards);
    }

    [Fact]
    public void Resolve_WordLm_IsTheSmallConfigurationOfZarembaEtAl()
    {
        TrainingPlan plan = TrainingPlan.Resolve(new PlanOptions { Data = "ptb.txt", Task = DataTask.WordLm });

        Assert.Equal((2, 200, 20, 20, 13), (plan.Layers, plan.Hidden, plan.Window, plan.Batch, plan.Epochs));
        Assert.Equal(
            (OptimizerKind.Sgd, 1.0, 5.0, LossScale.SumOverTime),
            (plan.Optimizer, plan.LearningRate, plan.Clip, plan.LossScale));
        Assert.Equal((ScheduleKind.Step, 0.5, 4), (plan.Schedule, plan.Options.LrDecay, plan.Options.LrDecayAfter));
    }

    [Theory]
    [InlineData(null, null, ScheduleKind.Step, 0.5, 4)]
    [InlineData(null, 0.8, ScheduleKind.Step, 0.8, 4)]
    [InlineData(ScheduleKind.Step, null, ScheduleKind.Step, 0.5, 4)]
    [InlineData(ScheduleKind.Plateau, null, ScheduleKind.Plateau, 0.5, 2)]
    [InlineData(ScheduleKind.Constant, null, ScheduleKind.Constant, null, null)]
    [InlineData(ScheduleKind.Cosine, null, ScheduleKind.Cosine, null, null)]
    public void Resolve_ScheduleOfATaskWithOneOfItsOwn_KeepsOnlyWhatBelongsToIt(
        ScheduleKind? schedule, double? decay, ScheduleKind expected, double? expectedDecay, int? expectedAfter)
    {
        TrainingPlan plan = TrainingPlan.Resolve(
            new PlanOptions { Data = "a.txt", Task = DataTask.WordLm, Schedule = schedule, LrDecay = decay });

        Assert.Equal(
            (expected, expectedDecay, expectedAfter), (plan.Schedule, plan.Options.LrDecay, plan.Options.LrDecayAfter));
    }

    [Fact]
    public void Resolve_DecayWithoutSchedule_IsTheStepSchedule()
    {
        TrainingPlan plan = TrainingPlan.Resolve(new PlanOptions { LrDecay = 0.7 });

        Assert.Equal((ScheduleKind.Step, 0.7, 1), (plan.Schedule, plan.Options.LrDecay, plan.Options.LrDecayAfter));
    }

    [Fact]
    public void Resolve_ResolvedOptions_ChangesNothing()
    {
        foreach (string data in (string[])["builtin:sunspots", "a.csv"])
        {
            TrainingPlan plan = TrainingPlan.Resolve(new PlanOptions { Data = data, Task = DataTask.Forecast });

            TrainingPlan again = TrainingPlan.Resolve(plan.Options);

            Assert.Equal(plan.Hash, again.Hash);
            Assert.Equal(plan.Options, again.Options);
        }
    }

    [Theory]
    [InlineData(CellKind.Lstm, 1.0)]
    [InlineData(CellKind.Gru, null)]
    public void Resolve_NoForgetBias_IsSetWhereTheCellHasOne(CellKind cell, double? expected)
    {
        TrainingPlan plan = TrainingPlan.Resolve(new PlanOptions { Cell = cell });

        Assert.Equal(expected, plan.Options.ForgetBias);
        Assert.Equal(plan.Hash, TrainingPlan.Resolve(plan.Options).Hash);
    }

    [Fact]
    public void Resolve_Ridge_IsOneEpochThatChangesNothingAndAPlanAgain()
    {
        TrainingPlan plan = TrainingPlan.Resolve(new PlanOptions { Cell = CellKind.Esn, Ridge = 0.5 });

        Assert.Equal((1, 0.0, 0.5), (plan.Epochs, plan.LearningRate, plan.Ridge));
        Assert.Equal(plan.Hash, TrainingPlan.Resolve(plan.Options).Hash);
    }

    public static TheoryData<PlanOptions, string> BadPlans => new()
    {
        { new PlanOptions { Cell = CellKind.Esn, Ridge = 0 }, "--ridge: 0 is out of range; use a number above 0, for example 0.001" },
        { new PlanOptions { Cell = CellKind.Esn, Ridge = -1 }, "--ridge: -1 is out of range; use a number above 0, for example 0.001" },
        {
            new PlanOptions { Ridge = 1 },
            "--ridge: solves the read-out of a fixed reservoir, which --cell lstm is not; leave it out or use --cell esn"
        },
        {
            new PlanOptions { Cell = CellKind.Esn, Ridge = 1, Quantiles = [0.1, 0.5, 0.9] },
            "--ridge: is for squared errors, not for quantiles; leave --quantiles or --ridge out"
        },
        {
            new PlanOptions { Cell = CellKind.Esn, Ridge = 1, Attention = AttentionKind.Additive },
            "--ridge: attention learns by gradient; leave --attention or --ridge out"
        },
        {
            new PlanOptions { Data = "a.txt", Task = DataTask.CharLm, Cell = CellKind.Esn, Ridge = 1 },
            "--ridge: goes with --task forecast or classify or synthetic only, not with char-lm; leave it out"
        },
        {
            new PlanOptions { Cell = CellKind.Esn, Ridge = 1, Epochs = 4 },
            "--epochs: --ridge solves the read-out at once, there is nothing to train; leave it out"
        },
        {
            new PlanOptions { Cell = CellKind.Esn, Ridge = 1, Schedule = ScheduleKind.Cosine },
            "--schedule: --ridge solves the read-out at once, there is nothing to train; leave it out"
        },
        {
            new PlanOptions { Cell = CellKind.Esn, Ridge = 1, Dropout = 0.5 },
            "--dropout: --ridge solves the read-out at once, there is nothing to train; leave it out"
        },
        { new PlanOptions { Hidden = 0 }, "--hidden: 0 is too small; use 1 or more" },
        { new PlanOptions { Layers = 65 }, "--layers: 65 is too large; use at most 64" },
        {
            new PlanOptions { Dropout = 1 },
            "--dropout: 1 is out of range; use a number from 0 up to, not including, 1"
        },
        { new PlanOptions { Lr = 0 }, "--lr: 0 is out of range; use a number above 0, for example 0.001" },
        { new PlanOptions { Lr = -0.5 }, "--lr: -0.5 is out of range; use a number above 0, for example 0.001" },
        {
            new PlanOptions { LrDecay = 1.5 },
            "--lr-decay: 1.5 is out of range; use a number above 0 and at most 1, for example 0.5"
        },
        {
            new PlanOptions { Clip = -1 },
            "--clip: -1 is out of range; use a number 0 (no clipping) or more, for example 5"
        },
        { new PlanOptions { Epochs = 0 }, "--epochs: 0 is too small; use 1 or more" },
        { new PlanOptions { Steps = 0 }, "--steps: 0 is too small; use 1 or more" },
        { new PlanOptions { Seed = -1 }, "--seed: -1 is too small; use 0 or more" },
        { new PlanOptions { Shards = 3 }, "--shards: 3 is not a power of two; use 1, 2, 4, 8, ..." },
        {
            new PlanOptions { Batch = 20, Shards = 8 },
            "--shards: a batch of 20 cannot be divided by 8 shards; use --shards 4 or --batch 16"
        },
        {
            new PlanOptions { Momentum = 0.9 },
            "--momentum: adam has none; use --optimizer momentum, or leave it out"
        },
        {
            new PlanOptions { WeightDecay = 0.01 },
            "--weight-decay: adam has none; use --optimizer adamw, or leave it out"
        },
        {
            // In float it is 1.
            new PlanOptions { Optimizer = OptimizerKind.Momentum, Momentum = 0.99999999 },
            "--momentum: 0.99999999 is out of range; use a number from 0 up to, not including, 1"
        },
        { new PlanOptions { Lr = 1e-50 }, "--lr: 1E-50 is out of range; use a number above 0, for example 0.001" },
        { new PlanOptions { Lr = 1e50 }, "--lr: 1E+50 is out of range; use a number above 0, for example 0.001" },
        {
            new PlanOptions { Schedule = ScheduleKind.Cosine, LrDecay = 0.5 },
            "--lr-decay: the cosine schedule has no decay; use --schedule step or plateau"
        },
        {
            new PlanOptions { Embedding = 8 },
            "--embedding: goes with --task char-lm or word-lm or classify or synthetic only, not with forecast; leave it out"
        },
        {
            new PlanOptions { Data = "a.txt", Task = DataTask.CharLm, Horizon = 3 },
            "--horizon: goes with --task forecast only, not with char-lm; leave it out"
        },
        {
            new PlanOptions { Data = "a.jsonl", Window = 9 },
            "--window: goes with --task forecast or char-lm or word-lm or synthetic only, not with classify; leave it out"
        },
        {
            new PlanOptions { LabelColumn = "kind" },
            "--label-column: goes with --task classify only, not with forecast; leave it out"
        },
        {
            new PlanOptions { Data = "a.txt", Task = DataTask.WordLm, Hidden = 50, Embedding = 40, Head = HeadKind.Tied },
            "--head: tied weights need an embedding of 50, the size of a layer's output, not 40; leave --embedding out"
        },
        {
            new PlanOptions { Head = HeadKind.Tied },
            "--head: goes with --task char-lm or word-lm only, not with forecast; leave it out"
        },
        {
            new PlanOptions { Data = "a.txt", Task = DataTask.CharLm, Attention = AttentionKind.Additive },
            "--attention: a text goes on from window to window, of which attention sees one; leave it out with --task char-lm"
        },
        {
            new PlanOptions { ClassWeights = ClassWeights.Balanced },
            "--class-weights: goes with --task classify only, not with forecast; leave it out"
        },
        {
            new PlanOptions { Projection = 8 },
            "--projection: goes with --cell lstm-projected only; leave it out"
        },
        {
            new PlanOptions { Cell = CellKind.LstmProjected, Hidden = 16, Projection = 16 },
            "--projection: 16 is too large; use at most 15"
        },
        {
            new PlanOptions { Direction = LayerDirection.Both },
            "--direction: both would show the model the values that it is to predict; use forward"
        },
        {
            new PlanOptions { Zoneout = 0.1, Cell = CellKind.LstmLayernorm },
            "--zoneout: does not go with --cell lstm-layernorm; leave it out or use lstm"
        },
        {
            new PlanOptions { ZoneoutState = 0.1, Cell = CellKind.Gru },
            "--zoneout-state: gru has no state; use --zoneout"
        },
        {
            new PlanOptions { EmbeddingDropout = 0.1 },
            "--embedding-dropout: goes with --task char-lm or word-lm or classify or synthetic only, not with forecast; leave it out"
        },
        {
            new PlanOptions { WeightDrop = 1 },
            "--weight-drop: 1 is out of range; use a number from 0 up to, not including, 1"
        },
        {
            new PlanOptions { Modules = 3 },
            "--modules: goes with --cell clockwork only; leave it out"
        },
        {
            new PlanOptions { Cell = CellKind.Clockwork, Hidden = 4, Modules = 5 },
            "--modules: 5 is too large; use at most 4"
        },
        {
            new PlanOptions { SpectralRadius = 0.5 },
            "--spectral-radius: goes with --cell esn only; leave it out"
        },
        {
            new PlanOptions { Cell = CellKind.Esn, WeightDecay = 0.1 },
            "--weight-decay: would shrink the fixed weights of esn; leave it out"
        },
        {
            new PlanOptions { Cell = CellKind.LstmNig, InputBias = -3 },
            "--input-bias: lstm-nig has no input gate; leave it out"
        },
        {
            new PlanOptions { InputBias = -300 },
            "--input-bias: -300 is out of range; use a number between -100 and 100, usually 0 or -3"
        },
        {
            new PlanOptions { Cell = CellKind.Gru, ForgetBias = 1 },
            "--forget-bias: gru has no forget gate; leave it out"
        },
        {
            new PlanOptions { Valid = "v.csv" },
            "--valid: builtin:sunspots brings its own validation and test data; leave it out"
        },
        {
            new PlanOptions { StopAtAccuracy = 1 },
            "--stop-at-accuracy: goes with --task classify or synthetic only, not with forecast; leave it out"
        },
        {
            new PlanOptions { Data = "builtin:reber", StopAtAccuracy = 1.5 },
            "--stop-at-accuracy: 1.5 is out of range; use a number above 0 and at most 1, for example 0.99"
        },
        {
            new PlanOptions { Data = "a.jsonl", StopAtAccuracy = 1, ValidFraction = 0 },
            "--stop-at-accuracy: looks at the validation, and --valid-fraction 0 leaves none; leave one of them out"
        },
        {
            new PlanOptions { Difference = 0 }, "--difference: 0 is too small; use 1 or more"
        },
        {
            new PlanOptions { Quantiles = [0.1, 0.9] },
            "--quantiles: give numbers above 0 and below 1, each larger than the one before, and 0.5 among them, for example 0.1,0.5,0.9"
        },
        {
            new PlanOptions { Quantiles = [0.9, 0.5] },
            "--quantiles: give numbers above 0 and below 1, each larger than the one before, and 0.5 among them, for example 0.1,0.5,0.9"
        },
        {
            new PlanOptions { Data = "builtin:copy", Known = ["a"] },
            "--known: goes with --task forecast only, not with synthetic; leave it out"
        },
        {
            new PlanOptions { EvaluationSequences = 9 },
            "--evaluation-sequences: goes with --task synthetic only, not with forecast; leave it out"
        },
        {
            new PlanOptions { Data = "builtin:copy", EvaluationSequences = 0 },
            "--evaluation-sequences: 0 is too small; use 1 or more"
        },
        {
            new PlanOptions { ValidFraction = 0.5, TestFraction = 0.5 },
            "--valid-fraction: with --test-fraction nothing is left to train on; make their sum less than 1"
        },
    };

    [Theory]
    [MemberData(nameof(BadPlans))]
    public void Resolve_BadOption_NamesItAndTheRemedy(PlanOptions options, string expected)
    {
        Assert.Equal(expected, Assert.Throws<BadInputException>(() => TrainingPlan.Resolve(options)).Message);
    }

    [Theory]
    [InlineData("builtin:nothing", null)]
    [InlineData("text.txt", null)]
    [InlineData("builtin:sunspots", DataTask.CharLm)]
    public void Resolve_DataThatSaysNoTask_IsBadInput(string data, DataTask? task)
    {
        Assert.Throws<BadInputException>(() => TrainingPlan.Resolve(new PlanOptions { Data = data, Task = task }));
    }

    [Fact]
    public void Hash_MovedFiles_StaysTheSame()
    {
        string hash = TrainingPlan.Resolve(new PlanOptions { Data = "a.csv", Valid = "v.csv" }).Hash;

        Assert.Equal(
            hash, TrainingPlan.Resolve(new PlanOptions { Data = "/other/b.csv", Valid = "/other/w.csv" }).Hash);
    }

    [Fact]
    public void Hash_EachOptionChanged_Differs()
    {
        var options = new PlanOptions { Data = "a.csv" };
        var hashes = new HashSet<string>(StringComparer.Ordinal) { TrainingPlan.Resolve(options).Hash };

        PlanOptions[] changed =
        [
            options with { Seed = 2 }, options with { Hidden = 65 }, options with { Lr = 0.0021 }, options with { Shards = 1 },
            options with { Targets = ["x"] }, options with { Optimizer = OptimizerKind.Sgd },
            options with { Data = "builtin:sunspots" }, options with { Epochs = 3 },
            options with { Init = new InitChoice(Models.Parameters.InitKind.Uniform, 0.05) },
        ];

        Assert.All(changed, plan => Assert.True(hashes.Add(TrainingPlan.Resolve(plan).Hash), plan.ToString()));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("default,uniform")]
    [InlineData("uniform")]
    [InlineData("uniform:0")]
    [InlineData("uniform:1e300")]
    [InlineData("uniform:1e-300")]
    [InlineData("default:1")]
    [InlineData("")]
    public void Parse_InitThatIsNone_SaysWhatIs(string text)
    {
        BadInputException e = Assert.Throws<BadInputException>(() => InitChoice.Parse(text, "--init"));

        Assert.StartsWith("--init: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Over_SetOptions_WinAndUnsetOnesStay()
    {
        PlanOptions merged = new PlanOptions { Hidden = 1, Lr = 0.5 }.Over(new PlanOptions { Hidden = 2, Batch = 3 });

        Assert.Equal((1, 0.5, 3), (merged.Hidden, merged.Lr, merged.Batch));
    }

    [Fact]
    public void Table_EveryOptionOfARecord_IsInItOnce()
    {
        string[] properties =
        [
            .. typeof(PlanOptions).GetProperties().Select(
                property => char.ToLowerInvariant(property.Name[0]) + property.Name[1..]).Order(),
        ];

        Assert.Equal(properties, PlanOptionTable.All.Select(option => option.Name).Order());
    }
}
