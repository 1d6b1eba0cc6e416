using AkkaLstm.Numerics;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Checkpoints;

/// <summary>Reads manifests and tells whole checkpoints from damaged ones.</summary>
internal static class CheckpointReader
{
    /// <summary>Paths of the checkpoints in a directory, newest first.</summary>
    public static IReadOnlyList<string> List(string directory) => !Directory.Exists(directory)
        ? []
        : [.. Directory.EnumerateDirectories(directory, CheckpointName.Prefix + "*")
            .Where(path => StepOf(path) is not null)
            .OrderByDescending(path => StepOf(path))];

    /// <summary>
    /// The newest whole checkpoint in a directory; damaged ones are reported and passed over. Null where there
    /// is none.
    /// </summary>
    /// <param name="directory">Where the checkpoints are.</param>
    /// <param name="report">Hears of damaged ones.</param>
    /// <exception cref="OtherFormatException">One that is newer than the newest whole one is of another format.</exception>
    public static (string Path, CheckpointManifest Manifest)? FindNewest(string directory, Action<RunNotice> report) =>
        Find(directory, isBestOnly: false, report);

    /// <summary>
    /// The newest whole checkpoint that was the best of its time, or the newest at all; as <see cref="FindNewest"/>.
    /// </summary>
    /// <inheritdoc cref="FindNewest"/>
    public static (string Path, CheckpointManifest Manifest)? FindBest(string directory, Action<RunNotice> report)
    {
        var reported = new HashSet<RunNotice>();
        return Find(directory, isBestOnly: true, ReportOnce) ?? Find(directory, isBestOnly: false, ReportOnce);

        void ReportOnce(RunNotice notice)
        {
            if (reported.Add(notice)) report(notice);
        }
    }

    /// <summary>Whether a path looks like a checkpoint.</summary>
    public static bool IsCheckpoint(string path) => File.Exists(Path.Combine(path, CheckpointManifest.FileName));

    /// <summary>Reads a checkpoint's manifest; its other files are not looked at.</summary>
    /// <exception cref="BadInputException">It is missing or damaged.</exception>
    public static CheckpointManifest ReadManifest(string path)
    {
        string file = Path.Combine(path, CheckpointManifest.FileName);
        try
        {
            return CheckpointManifest.Parse(File.ReadAllBytes(file), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: has no readable manifest ({e.Message}); use another checkpoint", e);
        }
    }

    /// <summary>Verifies every file of a checkpoint against the manifest.</summary>
    /// <exception cref="BadInputException">Something is missing, cut short or changed; the message names
    /// it.</exception>
    public static CheckpointManifest Verify(string path)
    {
        CheckpointManifest manifest = ReadManifest(path);
        foreach ((string name, CheckpointFile expected) in manifest.Files)
        {
            string file = Path.Combine(path, name);
            CheckpointFile actual;
            try
            {
                actual = HashingFile.Read(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new BadInputException($"{file}: cannot be read ({e.Message}); use another checkpoint", e);
            }

            if (actual.Bytes != expected.Bytes)
                throw new BadInputException(
                    $"{file}: is damaged ({actual.Bytes} bytes where {expected.Bytes} were written); "
                    + "use another checkpoint");
            if (actual.Sha256 != expected.Sha256)
                throw new BadInputException(
                    $"{file}: is damaged (its SHA-256 is not the written one); use another checkpoint");
        }

        return manifest;
    }

    /// <summary>As <see cref="Verify"/>, but null for a damaged one.</summary>
    public static CheckpointManifest? TryVerify(string path) => OrNull(Verify, path);

    /// <summary>As <see cref="ReadManifest"/>, but null for a damaged one.</summary>
    public static CheckpointManifest? TryReadManifest(string path) => OrNull(ReadManifest, path);

    private static (string Path, CheckpointManifest Manifest)? Find(
        string directory, bool isBestOnly, Action<RunNotice> report)
    {
        foreach (string path in List(directory))
        {
            try
            {
                if (!ReadManifest(path).IsBest && isBestOnly) continue;
                return (path, Verify(path));
            }
            catch (BadInputException e) when (e is not OtherFormatException)
            {
                report(new RunNotice(NoticeLevel.Warning, "checkpoint-skipped", e.Message, null));
            }
        }

        return null;
    }

    private static long? StepOf(string path) => CheckpointName.StepOf(Path.GetFileName(path));

    private static CheckpointManifest? OrNull(Func<string, CheckpointManifest> read, string path)
    {
        try
        {
            return read(path);
        }
        catch (BadInputException)
        {
            return null;
        }
    }
}
