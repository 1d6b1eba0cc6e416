using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Protocol.Roles;

/// <content>
/// How a generation begins: every server promises to follow and says what it holds; then all keep that, where it
/// is whole, or load the newest checkpoint.
/// </content>
public sealed partial class Coordinator
{
    private string _generationReason = "the job begins";

    // Whether what servers hold may be used: not after two of them differed.
    private bool _isHoldingTrusted = true;

    /// <summary>
    /// Before its first generation a coordinator learns from whoever announces itself which generations there were
    /// under coordinators before it, and begins after them.
    /// </summary>
    private void ComeAfter(Fence heard)
    {
        if (heard.Term == _fence.Term || heard.Generation < _fence.Generation)
            return;
        _fence = _fence with { Generation = heard.Generation + 1 };
        AskForHoldings();
    }

    /// <summary>
    /// Gives the generation up: nothing is under way any more, and servers say anew what they hold.
    /// </summary>
    private void Regather(string reason, bool isHoldingTrusted = true)
    {
        _generationReason = reason;
        _isHoldingTrusted = isHoldingTrusted;
        _fence = _fence with { Generation = _fence.Generation + 1 };
        _board = new ShardBoard(_job.ShardCount);
        _poll = null;
        _syncing = null;
        foreach (ServerSeat server in _servers)
            server.IsMember = false;
        foreach (WorkerSeat worker in _workers.Values)
            worker.Epoch.Clear();
        EnterPhase(CoordinatorPhase.Gathering);
        AskForHoldings();
    }

    private void AskForHoldings()
    {
        foreach (ServerSeat server in _servers)
        {
            server.Promise = null;
            if (server.IsPresent)
                Send(server.Node, new HoldingRequested(_fence));
        }
    }

    private void ReviewGathering()
    {
        TryBeginGeneration();
        if (Phase == CoordinatorPhase.Gathering && IsStopOverdue)
        {
            _progress = _history.Start;
            Finish(JobOutcomeKind.Stopped, reason: null);
        }

        if (Phase != CoordinatorPhase.Gathering || _now - _phaseSince < _options.GatherTimeout)
            return;
        List<string> missing =
        [
            .. _servers
                .GroupBy(s => s.Slice.Index)
                .Where(slice => slice.All(s => s.Promise is null))
                .Select(slice => string.Join(" or ", slice.Select(s => s.Node))),
        ];
        if (ActiveCount < _options.MinWorkers)
            missing.Add(ActiveCount == 0 ? "any worker" : $"more than {ActiveCount} of {_options.MinWorkers} workers");
        string what = missing.Count > 0 ? $"no sign of {string.Join(", ", missing)}" : "an update under way";
        Finish(JobOutcomeKind.LostCluster, $"after {_options.GatherTimeout} there is still {what}");
    }

    /// <summary>
    /// Whether a job that is to stop ends with the newest checkpoint: it has all that is closed, or the servers that held
    /// more do not come together. Who asks a whole cluster to end asks its servers too.
    /// </summary>
    private bool IsStopOverdue =>
        _isStopRequested
        && _checkpoints.IsIdle
        && ((_isInOffice && _history.NewestProgress == _progress)
            || (_now - _stopRequestedAt >= _options.GatherGrace && _now - _phaseSince >= _options.GatherGrace));

    /// <summary>Begins the generation once everybody who is needed is there; nobody computes for a job that is to stop.</summary>
    private void TryBeginGeneration()
    {
        if (Phase != CoordinatorPhase.Gathering || (ActiveCount < _options.MinWorkers && !_isStopRequested))
            return;
        ServerSeat[] promised = [.. _servers.Where(s => s.Promise is not null)];
        bool isEverySliceThere = promised.Select(s => s.Slice.Index).Distinct().Count() == _shape.ServerCount;
        bool isPatienceOver = _now - _phaseSince >= _options.GatherGrace;
        if (!isEverySliceThere || (promised.Length < _servers.Length && !isPatienceOver))
            return;
        if (promised.Any(s => s.Promise!.Holding is { State: HoldingState.Applying }) && !isPatienceOver)
            return;
        if (!TryBeginFromServers(promised))
            BeginFromCheckpoint(promised);
    }

    /// <summary>
    /// Goes on from what the servers hold, if that is one whole state; true also while a server is being brought
    /// up to it.
    /// </summary>
    private bool TryBeginFromServers(ServerSeat[] promised)
    {
        List<(ServerSeat Seat, SliceHolding Holding)> holders =
        [
            .. promised
                .Where(s => s.Promise!.Holding is { } h && h.State != HoldingState.Applying && h.Slice == s.Slice
                    && h.Progress.StepInEpoch <= _job.StepsPerEpoch)
                .Select(s => (s, s.Promise!.Holding!)),
        ];
        if (!_isHoldingTrusted || holders.Count == 0)
            return false;
        long target = holders.Max(h => h.Holding.Progress.Step);
        SliceHolding newest = holders.Find(h => h.Holding.Progress.Step == target).Holding;
        bool isBestLost = !_isInOffice && newest.UnsavedBestStep is { } best && !(_history.NewestProgress?.Step >= best);

        // Servers that fell behind before were left out for it: within one process they share buffers with workers
        // that have moved on since.
        bool isBehind = _isInOffice && target < _progress.Step;
        if (isBestLost || isBehind || _history.NewestProgress?.Step > target)
            return false;

        var members = new List<ServerSeat>();
        bool isWaiting = false;
        for (int slice = 0; slice < _shape.ServerCount; slice++)
        {
            var ofSlice = holders.FindAll(h => h.Seat.Slice.Index == slice);
            var current = ofSlice.FindAll(h => h.Holding.Progress.Step == target);
            members.AddRange(current.Select(h => h.Seat));
            if (current.Count > 0)
                continue;

            // The update reached some servers and not these: they have their sums, so they can follow.
            var behind = ofSlice.FindAll(h =>
                h.Holding.Progress.Step == target - 1 && h.Holding.State == HoldingState.Summed);
            if (behind.Count == 0 || newest.LastUpdate is null)
                return false;
            isWaiting = true;
            foreach ((ServerSeat seat, _) in behind)
            {
                Send(seat.Node, new ApplyUpdate(
                    _fence.At(target - 1), newest.LastUpdate, newest.Progress, newest.UnsavedBestStep));
            }
        }

        if (!isWaiting)
            BeginFromServers(newest, members);
        return true;
    }

    private void BeginFromServers(SliceHolding holding, List<ServerSeat> members)
    {
        long step = holding.Progress.Step;
        if (_isInOffice && _stepDecision is not null && step == _progress.Step + 1)
            RecordStep(); // its update was under way when the generation was given up
        bool isOwnCurrent = _isInOffice && step == _progress.Step;
        if (!isOwnCurrent)
            _progress = Later(holding.Progress, _history.NewestProgress);
        if (!_isInOffice)
            _generationReason = "a new coordinator takes over";
        _fence = _fence.At(_progress.Step);
        BeginGeneration(StateSource.Servers, checkpointId: null, members, _ => new ResumeRequested(_fence));
    }

    /// <summary>
    /// Of two positions at the same step the one that has closed its epoch; otherwise the first.
    /// </summary>
    private static JobProgress Later(JobProgress held, JobProgress? saved) =>
        saved is not null && saved.Step == held.Step && saved.Epoch > held.Epoch ? saved : held;

    private void BeginFromCheckpoint(ServerSeat[] members)
    {
        _progress = _history.Start;
        _fence = _fence.At(_progress.Step);
        _snapshotStep = _progress.Step;
        string? checkpointId = _history.NewestId;
        StateSource source = checkpointId is null ? StateSource.Initial : StateSource.Checkpoint;
        BeginGeneration(source, checkpointId, members, seat => new RestoreRequested(
            _fence, seat.Slice, seat.Replica, _job.ShardCount, _progress, checkpointId));
    }

    private void BeginGeneration(
        StateSource source, string? checkpointId, IEnumerable<ServerSeat> members, Func<ServerSeat, Message> question)
    {
        _isInOffice = true;
        _isHoldingTrusted = true;
        _stepDecision = null;
        _outbox.Record(new GenerationStarted(_fence, source, checkpointId, _generationReason));
        foreach (ServerSeat server in members)
            server.IsMember = true;
        _holders = null;
        Ask<SliceReady>(CoordinatorPhase.Restoring, Members, question);
    }
}
