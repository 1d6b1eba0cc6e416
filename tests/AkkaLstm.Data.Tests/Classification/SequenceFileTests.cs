using AkkaLstm.Data.Classification;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Tests.Classification;

/// <summary>Sequences as CSV and as JSON Lines: what is read, and what is refused with its place and a remedy.</summary>
public sealed class SequenceFileTests : IDisposable
{
    private readonly TempFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Read_CsvWithMixedRows_GathersEachSequenceInTheFilesOrder()
    {
        SequenceTable table = Read("sequence,label,a,b\ns1,up,1,2\ns2,down,3,4\ns1,up,5,6\n");

        Assert.Equal(["a", "b"], table.Features);
        Assert.Equal(["s1", "s2"], table.Sequences.Select(sequence => sequence.Id));
        Assert.Equal(["up", "down"], table.Sequences.Select(sequence => sequence.Label));
        Assert.Equal([1, 2, 5, 6], table.Sequences[0].Values);
        Assert.Equal([3, 4], table.Sequences[1].Values);
    }

    [Fact]
    public void Read_OwnColumnNames_AreNoFeatures()
    {
        SequenceTable table = Read(
            "t;who;class;x\n2;s;c;1.5\n1;s;c;-1\n",
            new SequenceColumns("who", "class", "t", null, NeedsLabels: true));

        Assert.Equal(["x"], table.Features);
        Assert.Equal([-1, 1.5], Assert.Single(table.Sequences).Values);
    }

    [Theory]
    [InlineData("9", "10", "100")]
    [InlineData("2024-01-09", "2024-01-10", "2024-02-01")]
    public void Read_OrderColumn_SortsNumbersAsNumbersAndDatesAsDates(string first, string second, string third)
    {
        string csv = $"sequence,label,t,x\ns,c,{third},3\ns,c,{first},1\ns,c,{second},2\n";

        SequenceTable table = Read(csv, new SequenceColumns(null, null, "t", null, NeedsLabels: true));

        Assert.Equal([1, 2, 3], Assert.Single(table.Sequences).Values);
    }

    [Fact]
    public void Read_JsonLines_TakesIdLabelAndSteps()
    {
        SequenceTable table = Read(
            """
            {"label": "walk", "sequence": [[0.1, 2], [0.3, 4]], "note": "ignored"}

            {"id": "b", "label": 7, "sequence": [[5, 6]]}
            """);

        Assert.Equal(2, table.Features!.Count);
        Assert.Equal(["1", "b"], table.Sequences.Select(sequence => sequence.Id));
        Assert.Equal(["walk", "7"], table.Sequences.Select(sequence => sequence.Label));
        Assert.Equal([0.1, 2, 0.3, 4], table.Sequences[0].Values);
    }

    [Fact]
    public void Read_JsonLinesOfPlainNumbers_IsOneFeature()
    {
        SequenceTable table = Read("""{"label": "a", "sequence": [1, 2, 3]}""");

        Assert.Single(table.Features!);
        Assert.Equal([1, 2, 3], table.Sequences[0].Values);
    }

    [Fact]
    public void Read_JsonLinesOfTexts_HasNoFeatures()
    {
        SequenceTable table = Read("""{"kind": "spam", "text": "buy \u00e4 now"}""", Columns with { Label = "kind" });

        Assert.Null(table.Features);
        Assert.Equal("buy \u00e4 now", table.Sequences[0].Text);
        Assert.Equal("spam", table.Sequences[0].Label);
    }

    [Theory]
    [InlineData('\u0085')]
    [InlineData('\u2028')]
    [InlineData('\u2029')]
    public void Read_JsonLinesWithUnicodeLineEndsInATextAndCrLf_EndsLinesAtLineFeedsOnly(char inside)
    {
        SequenceTable table = Read($"{{\"label\": \"a\", \"text\": \"one{inside}two\"}}\r\n\r\n{{\"label\": \"b\", \"text\": \"three\"}}\r\n");

        Assert.Equal([$"one{inside}two", "three"], table.Sequences.Select(sequence => sequence.Text));
        Assert.Equal(["1", "3"], table.Sequences.Select(sequence => sequence.Id));
    }

    [Theory]
    [InlineData("sequence,a\ns,1\n")]
    [InlineData("sequence,label,a\ns,,1\n")]
    [InlineData("{\"sequence\": [1]}")]
    public void Read_WithoutLabelsWhereNoneAreNeeded_HasNone(string text) =>
        Assert.Null(Assert.Single(Read(text, Columns with { NeedsLabels = false }).Sequences).Label);

    [Theory]
    [InlineData("who,label,a\ns,c,1\n", ":1:", "'sequence'", "--sequence-column", "who, label, a")]
    [InlineData("sequence,class,a\ns,c,1\n", ":1:", "'label'", "--label-column")]
    [InlineData("sequence,label\ns,c\n", ":1:", "no columns are left")]
    [InlineData("sequence,label,a\n", ":1:", "no rows")]
    [InlineData("sequence,label,a\ns,c,1\ns,d,2\n", ":3:", "'d'", "'c' in line 2")]
    [InlineData("sequence,label,a\ns,c,1\n,c,2\n", ":3:", "'sequence' is empty")]
    [InlineData("sequence,label,a\ns,,1\n", ":2:", "'label' is empty")]
    [InlineData("sequence,label,a\ns,c,2024-01-01\n", ":2:", "'2024-01-01'", "--order-column")]
    [InlineData("sequence,label,a\ns,c,inf\n", ":2:", "'a'")]
    [InlineData("sequence,label,a\ns,c,1,5\n", ":2:", "4 fields")]
    [InlineData("{\"label\": \"a\", \"sequence\": [1]\n", ":1:", "not JSON")]
    [InlineData("{\"sequence\": [1]}", ":1:", "\"label\"", "--label-column")]
    [InlineData("{\"label\": [1], \"sequence\": [1]}", ":1:", "\"label\"", "not a text")]
    [InlineData("{\"label\": \"a\"}", ":1:", "\"sequence\"", "\"text\"")]
    [InlineData("{\"label\": \"a\", \"sequence\": []}", ":1:", "at least one step")]
    [InlineData("{\"label\": \"a\", \"sequence\": [[1, 2], [3]]}", ":1:", "step 2", "1 numbers where 2")]
    [InlineData("{\"label\": \"a\", \"sequence\": [1, \"x\"]}", ":1:", "step 2", "not a finite number")]
    [InlineData("{\"label\": \"a\", \"text\": 5}", ":1:", "\"text\"", "quotation marks")]
    [InlineData("{\"label\": \"a\", \"sequence\": [1]}\n{\"label\": \"a\", \"text\": \"t\"}", ":2:", "a text", "1 numbers a step")]
    public void Read_WhatCannotBeUsed_NamesPlaceAndRemedy(string text, params string[] parts)
    {
        string message = Assert.Throws<BadInputException>(() => Read(text)).Message;

        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Read_TwoRowsAtTheSameTime_AreRefused()
    {
        string message = Assert.Throws<BadInputException>(() => Read(
            "sequence,label,t,x\ns,c,1,1\ns,c,1.0,2\n", Columns with { Order = "t" })).Message;

        Assert.Contains(":3:", message, StringComparison.Ordinal);
        Assert.Contains("--order-column", message, StringComparison.Ordinal);
    }

    private static SequenceColumns Columns => new(null, null, null, null, NeedsLabels: true);

    private SequenceTable Read(string text, SequenceColumns? columns = null) =>
        SequenceFile.Read(_files.Write("data", text), "--data", columns ?? Columns, out _);
}
