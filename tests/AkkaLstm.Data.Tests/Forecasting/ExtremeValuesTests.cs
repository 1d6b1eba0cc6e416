using AkkaLstm.Data.Forecasting;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Tests.Forecasting;

/// <summary>Finite numbers that cannot be computed with are refused where they stand, before anything is trained.</summary>
public sealed class ExtremeValuesTests : IDisposable
{
    private const int Rows = 60;
    private readonly TempFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public void Open_TrainingPartBeyondASquare_NamesColumnAndLine(int? difference)
    {
        // Row 7 stands in line 10, for a line is blank.
        string path = Csv("data.csv", (7, "1e200"));
        AssertRefused(() => DataSets.Open(Options(path) with { Difference = difference }), path, ":10: column 'b'", "standard deviation");
    }

    [Theory]
    [InlineData(45, null)] // validation
    [InlineData(59, null)] // test
    [InlineData(59, 1)]
    public void Open_OtherPartFarFromTheTrainingPart_NamesColumnAndLine(int row, int? difference)
    {
        string path = Csv("data.csv", (row, "-1e40"));
        AssertRefused(
            () => DataSets.Open(Options(path) with { Difference = difference }), path, $":{row + 3}: ", "column 'b' lies more than 1E+15");
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void Open_FileOfItsOwnFarFromTheTrainingPart_NamesIt(string input)
    {
        // Whether the column is read or only asked for.
        string other = Csv("other.csv", (8, "1e30"));
        DataOptions options = Options(Csv("data.csv")) with { Inputs = [input], Targets = ["b"] };
        AssertRefused(() => DataSets.Open(options with { TestPath = other }), other, ":11: column 'b'", "1E+15");
        AssertRefused(() => DataSets.Open(options with { ValidPath = other }), other, ":11: column 'b'", "1E+15");
    }

    [Fact]
    public void Open_RowsToGoOnFrom_AreHeldToTheSavedScales()
    {
        var normalizer = new Normalizer([new("b", 0, 1)], [new("b", 0, 1)]);
        string path = Csv("data.csv", (59, "1e16"));
        AssertRefused(() => ForecastHistory.Open(Options(path), normalizer), path, ":62: column 'b'", "1E+15");
        Assert.Equal(Rows, ForecastHistory.Open(Options(Csv("data.csv", (59, "9e14"))), normalizer).RowCount);
    }

    [Fact]
    public void Open_FarAwayButWithinReach_StaysFinite()
    {
        // About the largest step that is allowed, forecast over several differences.
        DataSet data = DataSets.Open(Options(Csv("data.csv", (59, "1e15"))) with { Difference = 1, Horizon = 8 });
        for (int step = 0; step < data.Source(DataSplit.Test).StepsPerEpoch; step++)
        {
            float[] targets = Windows.Fill(data.Source(DataSplit.Test), 0, step, 0, 4).TargetValues;
            Assert.All(targets, target => Assert.True(float.IsFinite(target * target)));
        }
    }

    [Theory]
    [InlineData("1e200", "s3", "standard deviation")]
    [InlineData("1e30", "far", "step 2 of the sequence that begins here: column 'x' lies more than 1E+15")]
    public void Open_Sequences_NameTheLineTheyBeginIn(string value, string extreme, string what)
    {
        string rows = string.Concat(Enumerable.Range(0, 12).Select(i => $"s{i},{(i % 2 == 0 ? "p" : "q")},{i}\ns{i},{(i % 2 == 0 ? "p" : "q")},"
            + $"{(extreme == $"s{i}" ? value : i + 1)}\n"));
        string main = _files.Write("main.csv", "sequence,label,x\n" + rows);
        string far = _files.Write("far.csv", $"sequence,label,x\nfar,p,1\nfar,p,{value}\n");
        var options = new DataOptions
        {
            Data = main, Task = DataTask.Classify, Window = 1, Batch = 2, ValidFraction = 0,
            TestPath = extreme == "far" ? far : null, TestFraction = 0,
        };
        AssertRefused(() => DataSets.Open(options), extreme == "far" ? far + ":2: " : main + ":8: ", what);
    }

    private static void AssertRefused(Func<object> open, string place, params string[] parts)
    {
        string message = Assert.Throws<BadInputException>(open).Message;
        Assert.StartsWith(place, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    /// <summary>42 rows train, 9 validate, 9 test; a header, a blank line, and then row 0 in line 3.</summary>
    private string Csv(string name, params (int Row, string Cell)[] cells) => _files.Write(name, "a,b\n\n" + string.Concat(
        Enumerable.Range(0, Rows).Select(row => $"{row},{cells.FirstOrDefault(cell => cell.Row == row).Cell ?? $"{row % 7}"}\n")));

    private static DataOptions Options(string path) => new() { Data = path, Window = 4, Batch = 4, Horizon = 2, Targets = ["b"] };
}
