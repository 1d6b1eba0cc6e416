using System.Runtime.CompilerServices;

namespace AkkaLstm.Cli.Tests;

/// <summary>Finds files of the source tree.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot(ThisFile());

    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private static string FindRoot(string start)
    {
        DirectoryInfo? directory = new FileInfo(start).Directory;
        while (
            directory is not null && !System.IO.File.Exists(Path.Combine(directory.FullName, "AkkaLstm.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException($"no AkkaLstm.sln above {start}");
    }
}
