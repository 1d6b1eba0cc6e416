using System.Globalization;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Runs;

/// <summary>
/// The directory of one run, held by one process: <c>job.json</c> (the resolved plan with hashes),
/// <c>run.json</c> (the run's id and how often it was started), <c>metrics.jsonl</c>, <c>events.jsonl</c> and
/// <c>checkpoints/</c>.
/// </summary>
public sealed class RunDirectory : IDisposable
{
    /// <summary>Name of the file with the resolved plan.</summary>
    public const string JobFileName = "job.json";

    /// <summary>Name of the directory with the checkpoints.</summary>
    public const string CheckpointsName = "checkpoints";

    private const string MetricsName = "metrics.jsonl";
    private const string EventsName = "events.jsonl";
    private const string LockName = ".lock";
    private const string DefaultRoot = "runs";

    /// <summary>
    /// Directories that are tried for a default name; reached only where something keeps taking the names.
    /// </summary>
    private const int MaxDefaultNames = 1_000_000;

    private readonly FileStream _lock;

    private RunDirectory(string path, FileStream heldLock)
    {
        FullPath = path;
        _lock = heldLock;
    }

    /// <summary>Absolute path.</summary>
    public string FullPath { get; }

    /// <summary>Path of the directory with the checkpoints.</summary>
    public string CheckpointsPath => Path.Combine(FullPath, CheckpointsName);

    /// <summary>Path of the resolved plan.</summary>
    public string JobPath => Path.Combine(FullPath, JobFileName);

    /// <summary>Path of the metrics, a JSON object a line.</summary>
    public string MetricsPath => Path.Combine(FullPath, MetricsName);

    /// <summary>Path of the events, a JSON object a line.</summary>
    public string EventsPath => Path.Combine(FullPath, EventsName);

    /// <summary>Whether a path looks like a run directory.</summary>
    public static bool IsRun(string path) => File.Exists(Path.Combine(path, JobFileName));

    /// <summary>Makes the directory of a new run and takes it for this process.</summary>
    /// <param name="path">Where; null takes the next free <c>runs/TASK-DATA-N</c>.</param>
    /// <param name="plan">The plan, for the default name.</param>
    /// <exception cref="BadInputException">The directory is not empty, or nothing may be written
    /// there.</exception>
    /// <exception cref="StorageException">The disk failed.</exception>
    public static RunDirectory Create(string? path, TrainingPlan plan)
    {
        try
        {
            return path is null ? CreateDefault(plan) : CreateAt(Path.GetFullPath(path));
        }
        catch (Exception e) when (StorageException.IsForbidden(e))
        {
            throw new BadInputException(
                $"--out: {path ?? DefaultRoot} cannot be written ({e.Message.TrimEnd('.')}); "
                + "choose a directory you may write to", e);
        }
        catch (Exception e) when (StorageException.IsCause(e))
        {
            throw StorageException.Writing(path ?? DefaultRoot, e);
        }
    }

    /// <summary>Takes the directory of an earlier run for this process.</summary>
    /// <exception cref="RunInUseException">Another process has it.</exception>
    /// <exception cref="BadInputException">It is not a run directory, or nothing may be written in it.</exception>
    public static RunDirectory Open(string path)
    {
        if (!IsRun(path))
            throw new BadInputException(
                $"{path}: is not a run directory (no {JobFileName}); give the directory that train printed");
        string fullPath = Path.GetFullPath(path);
        try
        {
            FileStream? taken = TryLock(fullPath, FileMode.OpenOrCreate);
            return taken is not null
                ? new RunDirectory(fullPath, taken)
                : throw new RunInUseException(path);
        }
        catch (Exception e) when (StorageException.IsForbidden(e))
        {
            throw new BadInputException(
                $"{path}: cannot be written ({e.Message.TrimEnd('.')}); "
                + "resume a copy of it in a place you may write to", e);
        }
    }

    /// <summary>Writes <c>job.json</c>.</summary>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public void WriteJob(RunJob job) => DurableFile.Replace(JobPath, job.ToBytes());

    /// <summary>Reads <c>job.json</c> of a run.</summary>
    /// <exception cref="BadInputException">The file was changed or damaged.</exception>
    public static RunJob ReadJob(string path) => RunJob.Read(Path.Combine(path, JobFileName));

    /// <summary>Gives the directory up.</summary>
    public void Dispose() => _lock.Dispose();

    private static RunDirectory CreateAt(string fullPath)
    {
        RequireUnused(fullPath);
        Directory.CreateDirectory(fullPath);
        FileStream taken = TryLock(fullPath, FileMode.OpenOrCreate)
            ?? throw new BadInputException(
                $"--out: another process has just taken {fullPath}; choose another directory");
        try
        {
            RequireUnused(fullPath); // another process may have begun and ended here in between
            return Prepare(fullPath, taken);
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    private static void RequireUnused(string fullPath)
    {
        if (!Directory.Exists(fullPath) || Directory.EnumerateFileSystemEntries(fullPath).All(IsLeftover)) return;
        throw new BadInputException(IsRun(fullPath)
            ? $"--out: {fullPath} already holds a run; resume it, or choose another directory"
            : $"--out: {fullPath} is not empty; choose a new or an empty directory");
    }

    /// <summary>What a process leaves that is killed before the plan is written: there is no run yet.</summary>
    private static bool IsLeftover(string path) => Path.GetFileName(path) switch
    {
        LockName or JobFileName + DurableFile.TemporarySuffix => true,
        CheckpointsName => Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any(),
        _ => false,
    };

    private static RunDirectory CreateDefault(TrainingPlan plan)
    {
        string root = Path.GetFullPath(DefaultRoot);
        string stem = $"{ChoiceNames.NameOf(plan.Task)}-{DataName.Short(plan.Data)}-";
        Directory.CreateDirectory(root);
        int number = Directory.EnumerateDirectories(root, stem + "*")
            .Select(path => NumberAfter(stem, Path.GetFileName(path))).DefaultIfEmpty(0).Max();
        while (number++ < MaxDefaultNames)
        {
            string fullPath = Path.Combine(root, stem + number.ToString(CultureInfo.InvariantCulture));
            if (Path.Exists(fullPath)) continue;
            Directory.CreateDirectory(fullPath);
            if (TryLock(fullPath, FileMode.CreateNew) is { } taken) return Prepare(fullPath, taken);
        }

        throw new IOException($"no free name {stem}N is left");
    }

    private static int NumberAfter(string stem, string name) =>
        int.TryParse(name.AsSpan(stem.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : 0;

    private static RunDirectory Prepare(string fullPath, FileStream taken)
    {
        Directory.CreateDirectory(Path.Combine(fullPath, CheckpointsName));
        return new RunDirectory(fullPath, taken);
    }

    /// <summary>
    /// Takes the lock, or null where another process has it. .NET holds an advisory lock (flock on Unix) for a
    /// stream that shares nothing; the system lets go of it when the process ends, however it ends.
    /// </summary>
    private static FileStream? TryLock(string fullPath, FileMode mode)
    {
        string path = Path.Combine(fullPath, LockName);
        try
        {
            return new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException e) when (File.Exists(path) && !StorageException.IsForbidden(e))
        {
            return null;
        }
    }
}
