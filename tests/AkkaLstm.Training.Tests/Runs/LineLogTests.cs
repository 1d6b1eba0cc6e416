using System.Text.Json;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Runs;

public sealed class LineLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private static void Append(LineLog log, int step) => log.Append(writer => writer.WriteNumber("step", step));

    [Fact]
    public void Append_Reopened_GoesOnAtTheEnd()
    {
        using (LineLog log = LineLog.Open(_directory["log"])) Append(log, 1);
        using (LineLog log = LineLog.Open(_directory["log"])) Append(log, 2);

        Assert.Equal(["{\"step\":1}", "{\"step\":2}"], File.ReadAllLines(_directory["log"]));
    }

    [Fact]
    public void Open_LastLineCutShort_IsDropped()
    {
        string path = _directory.Write("log", "{\"step\":1}\n{\"ste");

        using (LineLog log = LineLog.Open(path)) Append(log, 2);

        Assert.Equal(["{\"step\":1}", "{\"step\":2}"], File.ReadAllLines(path));
    }

    [Theory]
    [InlineData("{\"step\":1}\n{\"step\":5}\n{\"step\":6}\n", 1)]
    [InlineData("{\"step\":1}\n{\"step\":2}\nnot json\n{\"step\":3}\n", 2)]
    public void Open_WithCondition_CutsFromTheFirstLineThatFails(string content, int kept)
    {
        string path = _directory.Write("log", content);

        LineLog.Open(path, (JsonElement line) => line.GetProperty("step").GetInt32() <= 3).Dispose();

        Assert.Equal(kept, File.ReadAllLines(path).Length);
    }

    [Fact]
    public void Open_PathThatIsADirectory_IsAStorageException()
    {
        var e = Assert.Throws<StorageException>(() => LineLog.Open(_directory.FullPath));

        Assert.Contains(_directory.FullPath, e.Message, StringComparison.Ordinal);
    }
}
