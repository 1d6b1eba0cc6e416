using System.Text;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Tests.Forecasting;

/// <summary>
/// Each kind of unusable file gets one line with the place, what is wrong, and what would be right.
/// </summary>
public sealed class BadCsvTests : IDisposable
{
    private readonly TempFiles _files = new();

    public static TheoryData<string, string, string[]> Cases => new()
    {
        { "text in a number column", "t,a\n2020-01,1\n2020-02,abc\n", ["data.csv:3:", "column 'a'", "'abc'", "not a number"] },
        { "decimal comma", "t;a\n2020-01;1,5\n", ["data.csv:2:", "column 'a'", "decimal point"] },
        { "second date column", "t,u,a\n2020-01,2020-01,1\n", ["data.csv:2:", "column 'u'", "--date-column"] },
        { "empty cell", "a,b\n1,2\n3,\n", ["data.csv:3:", "column 'b'", "empty"] },
        { "short row", "a,b\n1,2\n3\n", ["data.csv:3:", "1 fields", "2"] },
        { "long row", "a,b\n1,2\n\n3,4,5\n", ["data.csv:4:", "3 fields", "2"] },
        { "not a number", "a\n1\nNaN\n", ["data.csv:3:", "column 'a'", "not finite"] },
        { "infinite", "a\n-Infinity\n", ["data.csv:2:", "column 'a'", "not finite"] },
        { "too large", "a\n1e999\n", ["data.csv:2:", "column 'a'", "not finite"] },
        { "same name twice", "a,b,a\n1,2,3\n", ["data.csv:1:", "'a'", "rename"] },
        { "column without name", "a,\n1,2\n", ["data.csv:1:", "column 2", "name"] },
        { "no header", "1,2\n3,4\n", ["data.csv:1:", "header"] },
        { "no header, dates", "\n1949-01,112\n1949-02,118\n", ["data.csv:2:", "header"] },
        { "newest first", "t,a\n2020-03,1\n2020-02,2\n", ["data.csv:3:", "'t'", "from '2020-03' to '2020-02'", "oldest first"] },
        {
            "one series below the other", "a,t\n1,2020/01/01 10:00\n\n2,2020/01/01 12:00\n3,2020/01/01 11:00\n",
            ["data.csv:5:", "'t'", "oldest first, and give each series"]
        },
        { "clocks put back", "t,a\n2020-10-25 02:45,1\n2020-10-25 02:00,2\n", ["data.csv:3:", "oldest first, times in UTC"] },
        { "newest first by name", "a,day\n1,x\n2,2020-01-02\n3,y\n4,2020-01-01\n", ["data.csv:5:", "'day'", "oldest first"] },
        { "header only", "a,b\n", ["data.csv:1:", "no rows"] },
        { "stray quotation mark", "a,b\n1,2\n3,\"4\n5,6\n", ["data.csv:3:", "quotation mark"] },
        { "too few rows", "a\n1\n2\n3\n4\n5\n6\n7\n8\n", ["data.csv:", "part has", "--window 4", "--horizon 2"] },
        { "one row", "a\n1\n", ["data.csv:", "training part"] },
        { "empty", "", ["data.csv:", "empty"] },
        { "blank", " \n\n", ["data.csv:", "empty"] },
    };

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Open_UnusableFile_NamesPlaceAndRemedy(string what, string csv, string[] expected)
    {
        string path = _files.Write("data.csv", csv);
        DataOptions options = Options(path) with { DateColumn = csv.Contains("day", StringComparison.Ordinal) ? "day" : null };
        var error = Assert.Throws<BadInputException>(() => DataSets.Open(options));
        AssertOneLine(error, path);
        Assert.All(expected, part => Assert.True(
            error.Message.Contains(part, StringComparison.Ordinal), $"{what}: {error.Message}"));
    }

    [Fact]
    public void Open_MissingFile_NamesIt()
    {
        string path = _files.PathOf("none.csv");
        AssertOneLine(Assert.Throws<BadInputException>(() => DataSets.Open(Options(path))), path);
        string deeper = _files.PathOf("none/none.csv");
        AssertOneLine(Assert.Throws<BadInputException>(() => DataSets.Open(Options(deeper))), deeper);
    }

    [Fact]
    public void Open_Directory_NamesIt()
    {
        string path = _files.PathOf("dir.csv");
        Directory.CreateDirectory(path);
        AssertOneLine(Assert.Throws<BadInputException>(() => DataSets.Open(Options(path))), path);
    }

    [Fact]
    public void Open_NotUtf8_NamesLineAndOffset()
    {
        string path = _files.Write("data.csv", [.. Encoding.UTF8.GetBytes("\uFEFFa\n1\n"), 0xE9, (byte)'\n']);
        var error = Assert.Throws<BadInputException>(() => DataSets.Open(Options(path)));
        AssertOneLine(error, path + ":3");
        Assert.Contains("0xe9 at offset 7", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--targets")]
    [InlineData("--inputs")]
    [InlineData("--date-column")]
    public void Open_UnknownColumn_ListsThoseThereAre(string option)
    {
        string path = _files.Write("data.csv", Rows(40));
        DataOptions options = option switch
        {
            "--targets" => Options(path) with { Targets = ["c"] },
            "--inputs" => Options(path) with { Inputs = ["a", "c"] },
            _ => Options(path) with { DateColumn = "c" },
        };
        var error = Assert.Throws<BadInputException>(() => DataSets.Open(options));
        AssertOneLine(error, path);
        Assert.Contains($"{option}: there is no column 'c'; there are: t, a, b.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ColumnNamedTwiceOrNone_SaysSo()
    {
        string path = _files.Write("data.csv", Rows(40));
        Assert.Contains("twice", Assert.Throws<BadInputException>(
            () => DataSets.Open(Options(path) with { Targets = ["a", "a"] })).Message, StringComparison.Ordinal);
        Assert.Contains("names no column", Assert.Throws<BadInputException>(
            () => DataSets.Open(Options(path) with { Inputs = [] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OptionOutOfRange_NamesIt()
    {
        string path = _files.Write("data.csv", Rows(40));
        (DataOptions, string)[] cases =
        [
            (Options(path) with { Horizon = 0 }, "--horizon 0"),
            (Options(path) with { Horizon = int.MaxValue }, "--horizon 2147483647"),
            (Options(path) with { ArOrder = 100_000 }, "--ar-order 100000"),
            (Options(path) with { SeasonLength = 0 }, "--season-length 0"),
            (Options(path) with { ArOrder = -1 }, "--ar-order -1"),
            (Options(path) with { ValidFraction = 1.5 }, "--valid-fraction 1.5"),
            (Options(path) with { TestFraction = double.NaN }, "--test-fraction NaN"),
            (Options(path) with { ValidFraction = 0.6, TestFraction = 0.6 }, "--valid-fraction 0.6 and --test-fraction 0.6"),
        ];
        foreach ((DataOptions options, string place) in cases)
            AssertOneLine(Assert.Throws<BadInputException>(() => DataSets.Open(options)), place);
    }

    [Fact]
    public void Source_OfSplitLeftOut_SaysHowToGetOne()
    {
        DataSet data = DataSets.Open(Options(_files.Write("data.csv", Rows(40))) with { TestFraction = 0 });
        Assert.False(data.Has(DataSplit.Test));
        var error = Assert.Throws<BadInputException>(() => data.Source(DataSplit.Test));
        Assert.Contains("--test-fraction", error.Message, StringComparison.Ordinal);
    }

    private static DataOptions Options(string path) => new() { Data = path, Window = 4, Batch = 2, Horizon = 2 };

    private static string Rows(int count) => "t,a,b\n" + string.Concat(
        Enumerable.Range(0, count).Select(i => $"{2000 + (i / 12)}-{(i % 12) + 1:00},{i},{i * i}\n"));

    private static void AssertOneLine(BadInputException error, string place)
    {
        Assert.StartsWith(place, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
