using System.Globalization;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation.Exact;

/// <summary>
/// Checkpoints as files in memory, which can be damaged like files on a disk. May be used from several threads.
/// </summary>
public sealed class ExactStore : ICheckpointDisk
{
    private const string TemporaryPrefix = ".tmp-";

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <summary>Names of the checkpoints, oldest first, damaged ones too.</summary>
    public IReadOnlyCollection<string> Ids
    {
        get
        {
            lock (_lock)
                return [.. _files.Keys.Where(IsCheckpoint)];
        }
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="CheckpointLostException">It is missing or damaged.</exception>
    public ExactCheckpoint this[string id] =>
        TryRead(id) ?? throw new CheckpointLostException($"checkpoint {id} is missing or damaged");

    /// <summary>Writes a checkpoint whole: a temporary file, a flush, a rename.</summary>
    /// <returns>Its name.</returns>
    public string Write(WriteCheckpoint order)
    {
        (string id, byte[] bytes) = FileOf(order);
        lock (_lock)
            _files[id] = bytes;
        return id;
    }

    /// <inheritdoc/>
    public void WritePart(WriteCheckpoint order, double fraction, bool isFlushLost)
    {
        (string id, byte[] bytes) = FileOf(order);
        lock (_lock)
            _files[isFlushLost ? id : TemporaryPrefix + id] = bytes[..(int)(fraction * bytes.Length)];
    }

    /// <inheritdoc/>
    public bool FlipBit(SeededRandom random)
    {
        lock (_lock)
        {
            string[] names = [.. _files.Where(f => IsCheckpoint(f.Key) && f.Value.Length > 0).Select(f => f.Key)];
            if (names.Length == 0)
                return false;
            string name = random.Pick(names);
            byte[] bytes = [.. _files[name]];
            bytes[random.Below(bytes.Length)] ^= (byte)(1 << random.Below(8));
            _files[name] = bytes;
            return true;
        }
    }

    /// <inheritdoc/>
    public void Wipe()
    {
        lock (_lock)
            _files.Clear();
    }

    /// <inheritdoc/>
    public (string Id, JobProgress Progress)? NewestValid()
    {
        foreach (string id in Ids.Reverse())
        {
            if (TryRead(id) is { } checkpoint)
                return (id, checkpoint.Progress);
        }

        return null;
    }

    /// <inheritdoc/>
    public string? Fingerprint(string checkpointId) => TryRead(checkpointId)?.Fingerprint;

    private ExactCheckpoint? TryRead(string id)
    {
        byte[]? bytes;
        lock (_lock)
            _files.TryGetValue(id, out bytes);
        return bytes is null ? null : ExactCheckpoint.TryParse(bytes);
    }

    private static bool IsCheckpoint(string name) => !name.StartsWith(TemporaryPrefix, StringComparison.Ordinal);

    private static (string Id, byte[] Bytes) FileOf(WriteCheckpoint order)
    {
        string id = string.Create(
            CultureInfo.InvariantCulture, $"step-{order.Progress.Step:D8}-epoch-{order.Progress.Epoch}");
        long[] carries = [.. order.Carries.Select(c => c is null ? 0 : ExactPayload.Of(c)[0])];
        var checkpoint = new ExactCheckpoint(
            order.Progress, [.. order.Slices.SelectMany(ExactPayload.Of)], carries, order.Reason, order.IsBest);
        return (id, checkpoint.ToBytes());
    }
}
