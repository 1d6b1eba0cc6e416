using AkkaLstm.Protocol;
using AkkaLstm.Training.Checkpoints;

namespace AkkaLstm.Training.Execution;

/// <summary>
/// Buffers of snapshots. All slices of one snapshot share one state, so that nothing needs to be put together
/// before it is written; a state that was written is used again for a later snapshot.
/// </summary>
internal sealed class SnapshotPool(Func<TrainingState> create)
{
    /// <summary>
    /// Snapshots that are being taken at once; more can only come from a generation that was given up.
    /// </summary>
    private const int MaxOpenCount = 4;

    private readonly Lock _gate = new();
    private readonly List<OpenSnapshot> _open = [];
    private readonly Stack<TrainingState> _free = [];

    /// <summary>The state a slice copies itself into.</summary>
    public TrainingState Join(Fence fence, SliceId slice)
    {
        lock (_gate)
        {
            OpenSnapshot? snapshot = _open.Find(open => open.Fence == fence && !open.Slices.Contains(slice.Index));
            if (snapshot is null)
            {
                if (_open.Count == MaxOpenCount) _open.RemoveAt(0);
                snapshot = new OpenSnapshot(fence, Take());
                _open.Add(snapshot);
            }

            snapshot.Slices.Add(slice.Index);
            if (snapshot.Slices.Count == slice.Count) _open.Remove(snapshot);
            return snapshot.State;
        }
    }

    /// <summary>A state for slices that were copied elsewhere; it holds whatever it held before.</summary>
    public TrainingState Take()
    {
        lock (_gate) return _free.TryPop(out TrainingState? free) ? free : create();
    }

    /// <summary>Takes back the state of a snapshot that is written.</summary>
    public void Return(TrainingState state)
    {
        lock (_gate) _free.Push(state);
    }

    private sealed record OpenSnapshot(Fence Fence, TrainingState State)
    {
        public HashSet<int> Slices { get; } = [];
    }
}
