using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// The newest checkpoints known to be on disk, so that one that turns out to be damaged is not the end. Before
/// all of them stands the beginning of the job, which needs no disk.
/// </summary>
internal sealed class CheckpointHistory
{
    /// <summary>Older ones are likely to have been deleted by the store.</summary>
    private const int Capacity = 4;

    private readonly JobProgress _beginning;

    // Oldest first.
    private readonly List<(string Id, JobProgress Progress)> _known = [];

    public CheckpointHistory(JobDescription job)
    {
        _beginning = job.RestoreFrom is null ? job.Start : JobProgress.Initial;
        if (job.RestoreFrom is not null)
            _known.Add((job.RestoreFrom, job.Start));
    }

    /// <summary>Null when there is none.</summary>
    public string? NewestId => _known.Count > 0 ? _known[^1].Id : null;

    /// <summary>Where the newest stands; null when there is none.</summary>
    public JobProgress? NewestProgress => _known.Count > 0 ? _known[^1].Progress : null;

    /// <summary>Where a job that begins from the newest state stands.</summary>
    public JobProgress Start => NewestProgress ?? _beginning;

    public void Add(string id, JobProgress progress)
    {
        _known.Add((id, progress));
        if (_known.Count > Capacity)
            _known.RemoveAt(0);
    }

    public void DropNewest() => _known.RemoveAt(_known.Count - 1);
}
