using System.Collections.Concurrent;
using System.Globalization;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Conformance.Exact;

/// <summary>Checkpoints in memory.</summary>
public sealed class ExactStore
{
    private readonly ConcurrentDictionary<string, ExactCheckpoint> _checkpoints = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Ids => [.. _checkpoints.Keys];

    public ExactCheckpoint this[string id] => _checkpoints[id];

    public string Write(WriteCheckpoint order)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"step-{order.Progress.Step:D8}-epoch-{order.Progress.Epoch}");
        long[] carries = [.. order.Carries.Select(c => c is null ? 0 : ExactPayload.Of(c)[0])];
        _checkpoints[id] = new ExactCheckpoint(
            order.Progress, [.. order.Slices.SelectMany(s => ExactPayload.Of(s))], carries, order.Reason, order.IsBest);
        return id;
    }
}

/// <summary>A whole state: parameter and moment in turn, and the carries by shard.</summary>
public sealed record ExactCheckpoint(
    JobProgress Progress, long[] State, long[] Carries, CheckpointReason Reason, bool IsBest)
{
    /// <summary>Everything that must be equal, as text.</summary>
    public string Fingerprint => string.Join(
        ' ',
        [
            Progress.ToString(),
            .. State.Select(v => v.ToString("x", CultureInfo.InvariantCulture)),
            "carries",
            .. Carries.Select(v => v.ToString("x", CultureInfo.InvariantCulture)),
        ]);
}
