using System.Collections.Concurrent;
using AkkaLstm.Models.Formats;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Checkpoints;

/// <summary>
/// The checkpoints of a run. Each is a directory <c>step-00000123</c> that is written beside its place, flushed
/// to disk and then renamed, so that what bears the name is whole; the newest whole ones and the best are kept. May be used
/// by several threads, of which one writes.
/// </summary>
public sealed class CheckpointStore
{
    /// <summary>Newest whole checkpoints that are kept, besides the best.</summary>
    public const int KeptCount = 3;

    /// <summary>File with the parameters.</summary>
    public const string ParametersName = "parameters.safetensors";

    /// <summary>File with the optimizer's moments.</summary>
    public const string OptimizerName = "optimizer.safetensors";

    /// <summary>File with the carried state.</summary>
    public const string CarryName = "carry.safetensors";

    /// <summary>File with the plan and what was learned from the data.</summary>
    public const string ModelName = "model.json";

    /// <summary>The files of a checkpoint; there are no others.</summary>
    internal static readonly IReadOnlyList<string> FileNames =
        [CheckpointManifest.FileName, ParametersName, OptimizerName, CarryName, ModelName];

    private const string TemporaryPrefix = ".tmp-";
    private const string CarryTensor = "carry";

    private readonly string _directory;
    private readonly ModelCard _card;
    private readonly IReadOnlyList<string> _momentNames;
    private readonly ParameterLayout _layout;
    private readonly Action<RunNotice> _report;

    // What this process knows of checkpoints, by name: each is read through once at most before it counts as kept.
    private readonly ConcurrentDictionary<string, bool> _isWhole = new(StringComparer.Ordinal);

    /// <summary>Opens the store and removes what a killed process left unfinished.</summary>
    /// <param name="directory">The run's <c>checkpoints</c>; made where it is missing.</param>
    /// <param name="card">The model's description, saved with each checkpoint.</param>
    /// <param name="momentNames">Names of the optimizer's moments.</param>
    /// <param name="report">Hears of damaged checkpoints.</param>
    /// <exception cref="StorageException">The directory cannot be written.</exception>
    public CheckpointStore(
        string directory, ModelCard card, IReadOnlyList<string> momentNames, Action<RunNotice> report)
    {
        _directory = directory;
        _card = card;
        _momentNames = momentNames;
        _layout = ParameterLayout.For(card.Model);
        _report = report;
        try
        {
            Directory.CreateDirectory(directory);
            foreach (string leftover in Directory.EnumerateDirectories(directory, TemporaryPrefix + "*"))
                Directory.Delete(leftover, recursive: true);
        }
        catch (Exception e) when (StorageException.IsCause(e))
        {
            throw StorageException.Writing(directory, e);
        }
    }

    /// <summary>Writes a checkpoint durably and removes those no longer kept.</summary>
    /// <returns>Its name.</returns>
    /// <exception cref="StorageException">The disk failed; earlier checkpoints are untouched.</exception>
    public string Write(TrainingState state, JobProgress progress, CheckpointReason reason, bool isBest)
    {
        string name = CheckpointName.Of(progress.Step);
        string path = PathOf(name);
        string temporary = Path.Combine(_directory, TemporaryPrefix + name);
        try
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            Directory.CreateDirectory(temporary);
            var files = new SortedDictionary<string, CheckpointFile>(StringComparer.Ordinal)
            {
                [ParametersName] = HashingFile.Write(
                    Path.Combine(temporary, ParametersName),
                    stream => Safetensors.Write(stream, ParameterFile.Entries(_layout, state.Parameters))),
                [OptimizerName] = HashingFile.Write(
                    Path.Combine(temporary, OptimizerName),
                    stream => Safetensors.Write(stream, MomentEntries(state.Moments))),
                [CarryName] = HashingFile.Write(
                    Path.Combine(temporary, CarryName),
                    stream => Safetensors.Write(
                        stream, [new SafetensorsEntry(CarryTensor, [state.Carry.Length], state.Carry)])),
                [ModelName] = HashingFile.Write(
                    Path.Combine(temporary, ModelName), stream => stream.Write(_card.ToBytes())),
            };
            var manifest = new CheckpointManifest
            {
                FormatVersion = CheckpointManifest.CurrentFormatVersion,
                PlanHash = _card.PlanHash,
                DataHash = _card.DataHash,
                ParameterHash = _layout.Hash(state.Parameters),
                Progress = progress,
                Reason = reason,
                IsBest = isBest,
                Files = files,
                Checksum = CheckpointManifest.Unsigned,
            };
            Publish(temporary, path, manifest);
            _isWhole[name] = true;
            RemoveOld(progress.Step);
            return name;
        }
        catch (Exception e) when (StorageException.IsCause(e))
        {
            throw StorageException.Writing(path, e);
        }
    }

    /// <summary>
    /// The newest whole checkpoint of this plan and data; damaged ones are reported and passed over. Null where
    /// there is none.
    /// </summary>
    /// <exception cref="BadInputException">A whole checkpoint belongs to another plan or other data, or is of another
    /// format.</exception>
    public (string Name, CheckpointManifest Manifest)? FindNewest() => OfThisJob(CheckpointReader.FindNewest(_directory, _report));

    /// <summary>
    /// The newest whole checkpoint that was the best of its time, or the newest at all; as
    /// <see cref="FindNewest"/>.
    /// </summary>
    public (string Name, CheckpointManifest Manifest)? FindBest() => OfThisJob(CheckpointReader.FindBest(_directory, _report));

    /// <summary>Where the checkpoint of a name is, or would be.</summary>
    /// <param name="name">As <see cref="Write"/> gives it.</param>
    /// <exception cref="BadInputException">No checkpoint has such a name.</exception>
    public string PathOf(string name) => CheckpointName.StepOf(name) is not null
        ? Path.Combine(_directory, name)
        : throw new BadInputException(
            $"{_directory}: a checkpoint is named like {CheckpointName.Of(123)}, which what was asked for is not");

    /// <summary>Reads a checkpoint's tensors after verifying all of its files.</summary>
    /// <param name="name">As <see cref="Write"/> gives it.</param>
    /// <exception cref="BadInputException">It is missing, damaged, or of another model.</exception>
    public TrainingState Load(string name)
    {
        string path = PathOf(name);
        try
        {
            return Read(path);
        }
        catch (BadInputException)
        {
            _isWhole[name] = false;
            throw;
        }
    }

    private TrainingState Read(string path)
    {
        CheckpointManifest manifest = CheckpointReader.Verify(path);
        var parameters = new float[_layout.TotalLength];
        using (SafetensorsFile file = SafetensorsFile.Open(Path.Combine(path, ParametersName)))
            ParameterFile.Read(file, _layout, parameters);
        var moments = new float[_momentNames.Count][];
        using (SafetensorsFile file = SafetensorsFile.Open(Path.Combine(path, OptimizerName)))
        {
            for (int m = 0; m < moments.Length; m++)
            {
                moments[m] = new float[_layout.TotalLength];
                foreach (TensorInfo tensor in _layout.Tensors)
                    file.ReadValues(MomentTensor(m, tensor), moments[m].AsSpan(tensor.Offset, tensor.Length));
            }
        }

        using SafetensorsFile carryFile = SafetensorsFile.Open(Path.Combine(path, CarryName));
        var carry = new float[carryFile.Find(CarryTensor)?.Length ?? 0];
        carryFile.ReadValues(CarryTensor, carry);
        if (carry.Length != _card.Plan.Batch * _card.Model.CarryLength)
            throw new BadInputException($"{path}: its carried state is of another model; use another checkpoint");
        return _layout.Hash(parameters) == manifest.ParameterHash
            ? new TrainingState(parameters, moments, carry)
            : throw new BadInputException(
                $"{path}: the parameters do not have the hash of the manifest; use another checkpoint");
    }

    private (string Name, CheckpointManifest Manifest)? OfThisJob((string Path, CheckpointManifest Manifest)? whole)
    {
        if (whole is not { } found) return null;
        RequireSame("plan", found.Manifest.PlanHash, _card.PlanHash, found.Path);
        RequireSame("data", found.Manifest.DataHash, _card.DataHash, found.Path);
        string name = Path.GetFileName(found.Path);
        _isWhole[name] = true;
        return (name, found.Manifest);
    }

    private static void RequireSame(string what, string actual, string expected, string path)
    {
        if (actual != expected)
        {
            throw new BadInputException(
                $"{path}: belongs to other {what} (hash {Short(actual)}, here {Short(expected)}); "
                + $"give back the {what} it was trained with, or train anew");
        }
    }

    private static string Short(string hash) => hash[..Math.Min(12, hash.Length)];

    /// <summary>
    /// Gives the finished directory its name. A checkpoint of the same step is already there when an epoch's
    /// end is also the job's end, or after going on from an older one: the same step has the same bits, so only
    /// the manifest is replaced.
    /// </summary>
    private static void Publish(string temporary, string path, CheckpointManifest manifest)
    {
        if (Directory.Exists(path))
        {
            if (CheckpointReader.TryVerify(path) is { } existing && existing.Files.SequenceEqual(manifest.Files))
            {
                manifest = manifest with { IsBest = manifest.IsBest || existing.IsBest };
                DurableFile.Replace(Path.Combine(path, CheckpointManifest.FileName), manifest.ToBytes());
                Directory.Delete(temporary, recursive: true);
                return;
            }

            Directory.Delete(path, recursive: true);
        }

        DurableFile.Replace(Path.Combine(temporary, CheckpointManifest.FileName), manifest.ToBytes());
        Directory.Move(temporary, path);
    }

    /// <summary>
    /// Counts whole checkpoints from the one just written downwards, and removes the rest of these. Later ones are there where
    /// the run went on from an older one; they stay, as it will come to them and write the same bits. A best one only goes
    /// when a newer best one is whole.
    /// </summary>
    private void RemoveOld(long writtenStep)
    {
        int wholeCount = 0;
        bool isBestKept = false;
        foreach (string path in CheckpointReader.List(_directory))
        {
            string name = Path.GetFileName(path);
            if (CheckpointName.StepOf(name) > writtenStep) continue;
            bool isWhole = _isWhole.GetOrAdd(name, _ => CheckpointReader.TryVerify(path) is not null);
            bool isBest = !isBestKept && CheckpointReader.TryReadManifest(path) is { IsBest: true };
            isBestKept |= isBest && isWhole;
            bool isAmongNewest = isWhole && wholeCount++ < KeptCount;
            if (!isAmongNewest && !isBest) Remove(path, name);
        }
    }

    private void Remove(string path, string name)
    {
        // Renamed first: a half-deleted directory must not look like a damaged checkpoint.
        string doomed = Path.Combine(_directory, TemporaryPrefix + "old-" + name);
        Directory.Move(path, doomed);
        Directory.Delete(doomed, recursive: true);
        _isWhole.TryRemove(name, out _);
    }

    private List<SafetensorsEntry> MomentEntries(float[][] moments)
    {
        var entries = new List<SafetensorsEntry>();
        for (int m = 0; m < moments.Length; m++)
        {
            foreach (TensorInfo tensor in _layout.Tensors)
            {
                Memory<float> values = moments[m].AsMemory(tensor.Offset, tensor.Length);
                entries.Add(new SafetensorsEntry(MomentTensor(m, tensor), tensor.Shape, values));
            }
        }

        return entries;
    }

    private string MomentTensor(int moment, TensorInfo tensor) => $"{tensor.Name}.{_momentNames[moment]}";
}
