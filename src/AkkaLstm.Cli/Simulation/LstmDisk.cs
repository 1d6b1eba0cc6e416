using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using AkkaLstm.Engines.Simulation;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;

namespace AkkaLstm.Cli.Simulation;

/// <summary>Damages checkpoint files as a bad disk would; the store itself is the one that training uses.</summary>
internal sealed class LstmDisk(CheckpointStore store, string directory) : ICheckpointDisk
{
    /// <inheritdoc/>
    public void WritePart(WriteCheckpoint order, double fraction, bool isFlushLost)
    {
        // The store writes the parameters first and the manifest last, into a directory that is renamed at the end.
        string name = $"step-{order.Progress.Step:D8}";
        string path = Path.Combine(directory, isFlushLost ? name : $".tmp-{name}");
        if (Directory.Exists(path))
            return; // the same step was written whole before
        Directory.CreateDirectory(path);
        File.WriteAllBytes(Path.Combine(path, CheckpointStore.ParametersName), new byte[(int)(fraction * 1000)]);
    }

    /// <inheritdoc/>
    public bool FlipBit(SeededRandom random)
    {
        string[] files = [.. Checkpoints().SelectMany(Directory.GetFiles).Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            return false;
        string file = random.Pick(files);
        byte[] bytes = File.ReadAllBytes(file);
        if (bytes.Length == 0)
            return false;
        bytes[random.Below(bytes.Length)] ^= (byte)(1 << random.Below(8));
        File.WriteAllBytes(file, bytes);
        return true;
    }

    /// <inheritdoc/>
    public void Wipe()
    {
        foreach (string path in Directory.GetDirectories(directory))
            Directory.Delete(path, recursive: true);
    }

    /// <inheritdoc/>
    public (string Id, JobProgress Progress)? NewestValid() =>
        store.FindNewest() is { } newest ? (newest.Name, newest.Manifest.Progress) : null;

    /// <inheritdoc/>
    public string? Fingerprint(string checkpointId)
    {
        try
        {
            TrainingState state = store.Load(checkpointId);
            byte[] manifest = File.ReadAllBytes(Path.Combine(store.PathOf(checkpointId), CheckpointManifest.FileName));
            using JsonDocument json = JsonDocument.Parse(manifest);
            string progress = json.RootElement.GetProperty("progress").ToString();
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (float[] values in (float[][])[state.Parameters, .. state.Moments, state.Carry])
                hash.AppendData(MemoryMarshal.AsBytes<float>(values));
            return $"{progress} {Convert.ToHexStringLower(hash.GetHashAndReset())}";
        }
        catch (BadInputException)
        {
            return null;
        }
    }

    private IEnumerable<string> Checkpoints() => Directory.GetDirectories(directory, "step-*");
}
