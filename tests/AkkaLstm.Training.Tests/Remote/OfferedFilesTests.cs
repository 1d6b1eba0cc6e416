using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Remote;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Remote;

public sealed class OfferedFilesTests : IDisposable
{
    private static readonly string[] Moments = ["momentum"];

    private readonly TemporaryDirectory _directory = new();
    private readonly OfferedFiles _files;

    public OfferedFilesTests()
    {
        string data = _directory.Write("data.csv", "value\n1\n2\n3\n");
        _directory.Write("secret", "not to be had");
        TrainingPlan plan = TrainingPlan.Resolve(Fixtures.SmallPlan().Options with { Data = data, Task = AkkaLstm.Data.DataTask.Forecast });
        ModelCard card = Fixtures.Card(plan);
        var store = new CheckpointStore(_directory["checkpoints"], card, Moments, _ => { });
        store.Write(Fixtures.State(card, Moments.Length, 1), Fixtures.Progress(7), CheckpointReason.Interval, isBest: false);
        _directory.Write("checkpoints/step-00000007/extra", "neither");
        _files = new OfferedFiles(plan, new string('a', 64), initFrom: null, "run", store);
    }

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string> HostileNames =>
    [
        "",
        "/",
        "JOB",
        "job/",
        "/job",
        "job\0",
        "./job",
        "../secret",
        "secret",
        "/etc/passwd",
        "file",
        "file/",
        "file/../secret",
        "file/secret",
        "file/" + new string('0', 64),
        "file/" + new string('A', 64),
        "checkpoint/step-00000007",
        "checkpoint/step-00000007/",
        "checkpoint/step-00000007/extra",
        "checkpoint/step-00000007/MANIFEST.json",
        "checkpoint/step-00000007/../../secret",
        "checkpoint/step-00000007/..\\..\\secret",
        "checkpoint/../secret",
        "checkpoint/../checkpoints/manifest.json",
        "checkpoint/./manifest.json",
        "checkpoint//manifest.json",
        "checkpoint/step-7/manifest.json",
        "checkpoint/step-00000007\0/manifest.json",
        "checkpoint/step-00000008/manifest.json",
        "checkpoint/step-00000007/manifest.json/",
        "checkpoint/step-00000007/manifest.json\n",
        "checkpoint\\step-00000007\\manifest.json",
        new string('x', 10_000_000),
        new string('/', 10_000_000),
        "file/" + new string('0', 10_000_000),
    ];

    [Theory]
    [MemberData(nameof(HostileNames))]
    public void Open_AnyOtherName_IsRefusedInOneLine(string name)
    {
        var e = Assert.Throws<BadInputException>(() => _files.Open(name));

        Assert.True(e.Message.Length < 500, e.Message);
        Assert.DoesNotContain('\n', e.Message);
        Assert.DoesNotContain('\0', e.Message);
    }

    [Theory]
    [InlineData("job")]
    [InlineData("checkpoint/step-00000007/manifest.json")]
    [InlineData("checkpoint/step-00000007/parameters.safetensors")]
    [InlineData("checkpoint/step-00000007/optimizer.safetensors")]
    [InlineData("checkpoint/step-00000007/carry.safetensors")]
    [InlineData("checkpoint/step-00000007/model.json")]
    public void Open_KnownName_GivesAStreamOfKnownLength(string name)
    {
        using Stream stream = _files.Open(name);
        using var content = new MemoryStream();
        stream.CopyTo(content);

        Assert.Equal(stream.Length, content.Length);
        Assert.True(content.Length > 10);
    }

    [Fact]
    public void Open_DataFile_GivesItsContentByHash()
    {
        JobOffer offer = ReadOffer();
        OfferedFile data = offer.Files["data"];

        using Stream stream = _files.Open(OfferedFiles.NameOf(data));
        using var content = new MemoryStream();
        stream.CopyTo(content);

        Assert.Equal(File.ReadAllBytes(_directory["data.csv"]), content.ToArray());
        Assert.Equal("csv", data.Extension);
    }

    [Theory]
    [InlineData("value\n1\n2\n4\n")] // other bytes
    [InlineData("value\n1\n2\n")] // shorter
    [InlineData("value\n1\n2\n3\n4\n")] // longer
    public void Open_DataFileThatChanged_IsRefusedBeforeItsEnd(string now)
    {
        OfferedFile data = ReadOffer().Files["data"];
        _directory.Write("data.csv", now);

        Assert.Throws<BadInputException>(() =>
        {
            using Stream stream = _files.Open(OfferedFiles.NameOf(data));
            stream.ReadExactly(new byte[data.Bytes]);
        });
    }

    [Fact]
    public void Open_DataFileThatWasOnlyTouched_IsGiven()
    {
        OfferedFile data = ReadOffer().Files["data"];
        File.SetLastWriteTimeUtc(_directory["data.csv"], new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        using Stream stream = _files.Open(OfferedFiles.NameOf(data));

        Assert.Equal(data.Bytes, stream.Length);
    }

    [Fact]
    public void Open_DataFileThatChangesWhileItIsRead_EndsWithAnError()
    {
        OfferedFile data = ReadOffer().Files["data"];
        using Stream stream = _files.Open(OfferedFiles.NameOf(data));
        using (var writer = new FileStream(_directory["data.csv"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            writer.Write("VALUE"u8);

        Assert.Throws<BadInputException>(() => stream.CopyTo(Stream.Null));
    }

    [Fact]
    public void Open_Job_NamesNoPath()
    {
        using var reader = new StreamReader(_files.Open("job"));

        Assert.DoesNotContain(_directory.FullPath, reader.ReadToEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.csv", "csv")]
    [InlineData("a.CSV", "csv")]
    [InlineData("a", "dat")]
    [InlineData("a.", "dat")]
    [InlineData("a.verylongextension", "dat")]
    [InlineData("a.c s", "dat")]
    [InlineData("a.ts\u00fc", "dat")]
    public void ExtensionOf_AnyName_IsSmallAndPlain(string name, string expected) =>
        Assert.Equal(expected, OfferedFile.ExtensionOf(name));

    private JobOffer ReadOffer()
    {
        using Stream stream = _files.Open("job");
        var json = new byte[stream.Length];
        stream.ReadExactly(json);
        return JobOffer.Parse(json);
    }
}
