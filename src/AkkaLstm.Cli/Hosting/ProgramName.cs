namespace AkkaLstm.Cli.Hosting;

/// <summary>How this program is started, for command lines that can be copied from its output.</summary>
internal static class ProgramName
{
    /// <summary>
    /// <c>akkalstm</c> for the installed tool; within a source tree the dotnet run command with the project's
    /// path from here.
    /// </summary>
    public static string Current { get; } = Find(AppContext.BaseDirectory, Environment.CurrentDirectory);

    /// <summary>A command line of this program, arguments quoted where a shell needs it.</summary>
    public static string Line(params IEnumerable<string> arguments) =>
        $"{Current} {string.Join(' ', arguments.Select(Quote))}";

    /// <summary>The name for a program in one directory that is started from another.</summary>
    internal static string Find(string programDirectory, string currentDirectory)
    {
        // bin/Release/net10.0 below the project: how dotnet build and dotnet run lay it out.
        var binaries = new DirectoryInfo(programDirectory);
        DirectoryInfo? project = binaries.Parent?.Parent?.Parent;
        if (project is null || binaries.Parent!.Parent!.Name != "bin"
            || !File.Exists(Path.Combine(project.FullName, "AkkaLstm.Cli.csproj")))
            return "akkalstm";
        return $"dotnet run --project {Quote(PathFrom(currentDirectory, project.FullName))} -c "
            + $"{binaries.Parent.Name} --";
    }

    /// <summary>
    /// A path as a person in the current directory would type it: relative where it lies below, else as it is.
    /// </summary>
    public static string PathFromHere(string path) => PathFrom(Environment.CurrentDirectory, path);

    private static string PathFrom(string directory, string path)
    {
        string relative = Path.GetRelativePath(directory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    private static string Quote(string argument)
    {
        bool isPlain = argument.Length > 0
            && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,+@%".Contains(c));
        return isPlain ? argument : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
