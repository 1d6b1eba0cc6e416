using AkkaLstm.Data.Forecasting;
using AkkaLstm.Data.Text;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Tests;

public sealed class DataSetsTests
{
    [Fact]
    public void Open_UnknownBuiltin_ListsTheNames()
    {
        var error = Assert.Throws<BadInputException>(() => DataSets.Open(Options("builtin:sunspot")));
        Assert.Contains("builtin:sunspot", error.Message, StringComparison.Ordinal);
        foreach (string name in new[] { "sunspots", "reber", "adding", "temporal-order", "copy" })
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EveryBuiltinWithItsOwnSizes_HasAllSplits()
    {
        Assert.NotEmpty(DataSets.Builtins);
        foreach (BuiltinDataSet builtin in DataSets.Builtins)
        {
            DataSet data = DataSets.Open(new DataOptions
            {
                Data = DataSets.BuiltinPrefix + builtin.Name,
                Window = builtin.Window,
                Batch = builtin.Batch,
                Horizon = builtin.Horizon,
            });
            Assert.Equal(builtin.Task, data.Task);
            foreach (DataSplit split in Enum.GetValues<DataSplit>())
                Assert.True(data.Source(split).StepsPerEpoch > 0);
        }
    }

    [Theory]
    [InlineData("data.csv", null, DataTask.Forecast)]
    [InlineData("data.CSV", null, DataTask.Forecast)]
    [InlineData("data.txt", DataTask.WordLm, DataTask.WordLm)]
    [InlineData("builtin:sunspots", null, DataTask.Forecast)]
    [InlineData("builtin:reber", null, DataTask.Synthetic)]
    public void TaskOf_WhatIsGiven_SettlesTheTask(string data, DataTask? task, DataTask expected) =>
        Assert.Equal(expected, DataSets.TaskOf(Options(data) with { Task = task }));

    [Theory]
    [InlineData("data.txt", null, "--task")]
    [InlineData("data.txt", DataTask.Synthetic, "builtin:")]
    [InlineData("builtin:reber", DataTask.CharLm, "--task")]
    public void TaskOf_NotToBeSettled_SaysWhatToGive(string data, DataTask? task, string remedy)
    {
        var error = Assert.Throws<BadInputException>(() => DataSets.TaskOf(Options(data) with { Task = task }));
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1, "--window 0")]
    [InlineData(1, -3, "--batch -3")]
    [InlineData(int.MaxValue, 1, "--window 2147483647")]
    [InlineData(1, int.MaxValue, "--batch 2147483647")]
    [InlineData(3000, 1_000_000, "--window 3000 and --batch 1000000")]
    public void Open_SizeOutOfRange_NamesTheOption(int window, int batch, string place)
    {
        var error = Assert.Throws<BadInputException>(
            () => DataSets.Open(Options("builtin:sunspots") with { Window = window, Batch = batch }));
        Assert.StartsWith(place, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfToJson_GivesTheSameBits()
    {
        var artifacts = new DataArtifacts(
            new Normalizer([new ColumnScale("a", 0.1 + 0.2, 1.0 / 3)], [new ColumnScale("b\"\n", -1e-300, double.Epsilon)]),
            new Vocabulary(VocabularyKind.Words, ["the", Vocabulary.EndOfLine, Vocabulary.Unknown, "\u00e9"]));
        DataArtifacts back = DataArtifacts.Parse(artifacts.ToJson(), "x");
        Assert.Equal(artifacts.Normalizer!.Inputs, back.Normalizer!.Inputs);
        Assert.Equal(artifacts.Normalizer.Targets, back.Normalizer.Targets);
        Assert.Equal(artifacts.Vocabulary!.Kind, back.Vocabulary!.Kind);
        Assert.Equal(artifacts.Vocabulary.Tokens, back.Vocabulary.Tokens);
        Assert.Equal(artifacts.ToJson(), back.ToJson());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"normalizer\":{\"inputs\":[]}}")]
    [InlineData("{\"normalizer\":{\"inputs\":[],\"targets\":[]},\"vocabulary\":null}")]
    [InlineData("""
        {"normalizer":{"inputs":[{"column":"a","mean":0,"deviation":0}],
        "targets":[{"column":"a","mean":0,"deviation":1}]},"vocabulary":null}
        """)]
    [InlineData("{\"normalizer\":null,\"vocabulary\":{\"kind\":\"Words\",\"tokens\":[\"a\",\"a\",\"<unk>\"]}}")]
    [InlineData("{\"normalizer\":null,\"vocabulary\":{\"kind\":\"Words\",\"tokens\":[\"a\"]}}")]
    [InlineData("{\"normalizer\":null,\"vocabulary\":{\"kind\":\"Nothing\",\"tokens\":[\"<unk>\"]}}")]
    [InlineData("{\"normalizer\":null,\"vocabulary\":{\"kind\":\"Words\",\"tokens\":[null,\"<unk>\"]}}")]
    public void Parse_Damaged_NamesThePlaceOnOneLine(string json)
    {
        var error = Assert.Throws<BadInputException>(() => DataArtifacts.Parse(json, "run/artifacts.json"));
        Assert.StartsWith("run/artifacts.json: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static DataOptions Options(string data) => new() { Data = data, Window = 8, Batch = 2 };
}
