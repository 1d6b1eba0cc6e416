using AkkaLstm.Cli.Hosting;
using AkkaLstm.Numerics;

namespace AkkaLstm.Cli.Tests.Hosting;

public class OutputFileTests
{
    [Fact]
    public void WriteText_ExistingFile_IsReplacedAndNothingElseIsLeft()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Write("a.csv", "old");

        OutputFile.WriteText("--out", path, "new");

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(directory.FullPath));
    }

    [Fact]
    public void WriteText_Link_IsWrittenThroughAndStaysALink()
    {
        using var directory = new TemporaryDirectory();
        string target = directory.Write("target.csv", "old");
        string link = directory.File("link.csv");
        File.CreateSymbolicLink(link, target);

        OutputFile.WriteText("--out", link, "new");

        Assert.Equal("new", File.ReadAllText(target));
        Assert.NotNull(new FileInfo(link).LinkTarget);
    }

    [Fact]
    public void WriteText_MissingFolder_IsBadInputThatNamesOptionAndPath()
    {
        using var directory = new TemporaryDirectory();

        var failure = Assert.Throws<BadInputException>(
            () => OutputFile.WriteText("--plot", directory.File("no/a.svg"), "x"));

        Assert.Contains("--plot", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no such folder", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteText_Folder_IsBadInput()
    {
        using var directory = new TemporaryDirectory();

        var failure = Assert.Throws<BadInputException>(
            () => OutputFile.WriteText("--out", directory.FullPath, "x"));

        Assert.Contains("is a folder", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteText_FullDisk_IsAnIOExceptionThatNamesPathAndRemedy()
    {
        if (!File.Exists("/dev/full"))
            return;

        // Through a link, so that a mistake could only ever replace the link.
        using var directory = new TemporaryDirectory();
        string path = directory.File("full");
        File.CreateSymbolicLink(path, "/dev/full");

        var failure = Assert.Throws<IOException>(() => OutputFile.WriteText("--out", path, "x"));

        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains("free space", failure.Message, StringComparison.Ordinal);
    }
}
