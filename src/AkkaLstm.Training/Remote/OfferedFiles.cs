using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Remote;

/// <summary>
/// The files of a run that nodes without this machine's disk may read, by name: <c>job</c>, <c>file/SHA256</c> for those
/// that the plan names, <c>checkpoint/step-00000123/FILE</c> for those of a checkpoint. There are no other names, and
/// what a name says never becomes a path unchecked. May be used by several threads at once.
/// </summary>
public sealed class OfferedFiles
{
    /// <summary>The name of what says which job it is; a node reads it first.</summary>
    public const string JobName = "job";

    /// <summary>Longest name.</summary>
    public const int MaxName = 128;

    private const string FilePrefix = "file";
    private const string CheckpointPrefix = "checkpoint";
    private const int ShownCharacters = 40;

    private readonly TrainingPlan _plan;
    private readonly string _dataHash;
    private readonly string _runId;
    private readonly CheckpointStore _checkpoints;
    private readonly Lazy<IReadOnlyDictionary<string, LocalFile>> _files;
    private readonly Lazy<byte[]> _job;

    /// <summary>Offers the files of a run. They are hashed when the first node asks.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="dataHash">Hash of the data's contents.</param>
    /// <param name="initFrom">The file that the run began with; null where there is none or nothing is known of it.</param>
    /// <param name="runId">Identity of the run.</param>
    /// <param name="checkpoints">Its checkpoints.</param>
    internal OfferedFiles(
        TrainingPlan plan, string dataHash, CheckpointFile? initFrom, string runId, CheckpointStore checkpoints)
        : this(plan, dataHash, runId, checkpoints, new(() => FilesOf(plan.Options, initFrom)), new ProtocolOptions())
    {
    }

    private OfferedFiles(
        TrainingPlan plan,
        string dataHash,
        string runId,
        CheckpointStore checkpoints,
        Lazy<IReadOnlyDictionary<string, LocalFile>> files,
        ProtocolOptions protocol)
    {
        (_plan, _dataHash, _runId, _checkpoints, _files) = (plan, dataHash, runId, checkpoints, files);
        _job = new(() => JobOf(protocol));
    }

    /// <summary>Hash of the plan.</summary>
    public string PlanHash => _plan.Hash;

    /// <summary>Hash of the data's contents.</summary>
    public string DataHash => _dataHash;

    /// <summary>The same files, with deadlines for the roles of the nodes. Default are those of the protocol.</summary>
    public OfferedFiles With(ProtocolOptions protocol) => new(_plan, _dataHash, _runId, _checkpoints, _files, protocol);

    /// <summary>Opens a file for reading; its length is known.</summary>
    /// <param name="name">What a node asks for; anything may come.</param>
    /// <exception cref="BadInputException">There is no such file, or it is not what it was; one line.</exception>
    public Stream Open(string name)
    {
        if (name.Length > MaxName) throw NoSuchFile(name);
        return name.Split('/') switch
        {
            [JobName] => new MemoryStream(_job.Value, writable: false),
            [FilePrefix, var hash] => OpenContent(hash),
            [CheckpointPrefix, var checkpoint, var file] => OpenCheckpoint(checkpoint, file),
            _ => throw NoSuchFile(name),
        };
    }

    /// <summary>The name of a file of the plan.</summary>
    internal static string NameOf(OfferedFile file) => $"{FilePrefix}/{file.Sha256}";

    /// <summary>The name of a checkpoint's file.</summary>
    internal static string NameOf(string checkpoint, string file) => $"{CheckpointPrefix}/{checkpoint}/{file}";

    private Stream OpenContent(string hash)
    {
        // The name only selects; the path is the plan's own.
        foreach (LocalFile file in _files.Value.Values)
        {
            if (file.Content.Sha256 != hash) continue;
            RequireUnchanged(file);
            return new VerifiedStream(OpenToRead(file.Path), file.Content);
        }

        throw NoSuchFile($"{FilePrefix}/{hash}");
    }

    private FileStream OpenCheckpoint(string checkpoint, string file) =>
        CheckpointName.StepOf(checkpoint) is not null
            && CheckpointStore.FileNames.FirstOrDefault(known => known == file) is { } name
            ? OpenToRead(Path.Combine(_checkpoints.PathOf(checkpoint), name))
            : throw NoSuchFile($"{CheckpointPrefix}/{checkpoint}/{file}");

    private byte[] JobOf(ProtocolOptions protocol) => new JobOffer
    {
        RunId = _runId,
        PlanHash = _plan.Hash,
        DataHash = _dataHash,
        Plan = JobOffer.PlanOf(_plan.Options),
        Files = _files.Value.ToDictionary(entry => entry.Key, entry => entry.Value.Content, StringComparer.Ordinal),
        Protocol = protocol,
    }.ToBytes();

    private static Dictionary<string, LocalFile> FilesOf(PlanOptions options, CheckpointFile? initFrom) =>
        JobOffer.FilesOf(options).ToDictionary(
            file => file.Option,
            file => file.Option == JobOffer.InitFrom && initFrom is not null
                ? Known(file.Path, initFrom)
                : Read(file.Path),
            StringComparer.Ordinal);

    /// <summary>
    /// A file as it was, which a run with a checkpoint does not need any more. Nothing says that it is unchanged: it is read
    /// again when somebody asks for it.
    /// </summary>
    private static LocalFile Known(string path, CheckpointFile content) => new(Offered(path, content), path, WrittenUtc: default);

    private static LocalFile Read(string path)
    {
        try
        {
            DateTime writtenUtc = File.GetLastWriteTimeUtc(path); // before it is read: a change in between is found later
            return new LocalFile(Offered(path, HashingFile.Read(path)), path, writtenUtc);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }
    }

    private static OfferedFile Offered(string path, CheckpointFile content) =>
        new(content.Sha256, content.Bytes, OfferedFile.ExtensionOf(path));

    /// <summary>
    /// Refuses a file that was changed before anything of it is sent, so that the node hears why. One that is changed
    /// while it is sent is found by <see cref="VerifiedStream"/>, and by the node.
    /// </summary>
    private static void RequireUnchanged(LocalFile file)
    {
        if (File.GetLastWriteTimeUtc(file.Path) != file.WrittenUtc && Read(file.Path).Content != file.Content)
            throw VerifiedStream.Changed(file.Path);
    }

    private static FileStream OpenToRead(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }
    }

    private static BadInputException Unreadable(string path, Exception e) =>
        new($"{path}: cannot be read ({e.Message.ReplaceLineEndings(" ")}); restore it and resume the run", e);

    private static BadInputException NoSuchFile(string name)
    {
        string shown = string.Concat(name.Take(ShownCharacters).Select(c => char.IsControl(c) ? '?' : c));
        return new BadInputException($"there is no file \"{shown}\" in this job");
    }

    /// <summary>A file of the plan on this machine.</summary>
    private sealed record LocalFile(OfferedFile Content, string Path, DateTime WrittenUtc);
}
