using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <content>Servers that come, go, fail and fall silent, and the questions put to them.</content>
public sealed partial class Coordinator
{
    // Invariant: not null in the phases that wait for servers.
    private ServerPoll? _poll;

    // By slice, its members; null when it must be made anew.
    private IReadOnlyList<IReadOnlyList<NodeId>>? _holders;

    private IEnumerable<ServerSeat> Members => _servers.Where(s => s.IsMember);

    private IReadOnlyList<IReadOnlyList<NodeId>> Holders => _holders ??=
    [
        .. Enumerable.Range(0, _shape.ServerCount)
            .Select(slice => Members.Where(s => s.Slice.Index == slice).Select(s => s.Node).ToArray()),
    ];

    private bool IsPolling => Phase
        is CoordinatorPhase.Restoring
        or CoordinatorPhase.Syncing
        or CoordinatorPhase.Computing
        or CoordinatorPhase.Applying
        or CoordinatorPhase.Snapshotting;

    private bool HasOtherMember(ServerSeat server) =>
        Members.Any(s => s.Slice == server.Slice && s.Index != server.Index);

    private void OnServerReady(NodeId from, ServerReady message)
    {
        if (from.Index >= _servers.Length)
        {
            Drop(from, message, DropReason.Unexpected);
            return;
        }

        ServerSeat server = _servers[from.Index];
        if (message.Incarnation < server.Incarnation)
        {
            Drop(from, message, DropReason.Stale);
            return;
        }

        if (server.IsGivenUp)
        {
            Send(from, new Dismissed(_fence, "its restart budget is used up"));
            return;
        }

        bool hasLostSlice = server.IsMember && message.Incarnation > server.Incarnation;
        server.Incarnation = message.Incarnation;
        if (hasLostSlice && !TryReplace(server, "it has restarted"))
            return;
        server.IsPresent = true;
        server.IsLeaving = message.IsLeaving;
        if (server.IsLeaving && Phase != CoordinatorPhase.Gathering && (!server.IsMember || HasOtherMember(server)))
        {
            LetGo(server);
            return;
        }

        Send(from, new Welcomed(_fence));
        if (Phase != CoordinatorPhase.Gathering)
            return;
        if (message.Fence.Ballot == _fence.Ballot)
            server.Promise = message;
        else
            Send(from, new HoldingRequested(_fence));
        TryBeginGeneration();
    }

    private void OnServerFaulted(ServerSeat server, NodeFaulted message)
    {
        if (message.Incarnation < server.Incarnation)
        {
            Send(server.Node, new RestartGranted(_fence, message.Incarnation)); // the first grant got lost
            return;
        }

        server.Incarnation = message.Incarnation + 1;
        if (message.Error.IsCheckpointLost)
            OnCheckpointLost(server, message);
        else if (!TryReplace(server, message.Error.Message))
            return;
        Send(server.Node, new RestartGranted(_fence, message.Incarnation));
    }

    /// <summary>
    /// It is the disk's fault, so the server's budget is not touched. It ends all the same: each generation that
    /// fails so drops a checkpoint, and the beginning of the job needs none.
    /// </summary>
    private void OnCheckpointLost(ServerSeat server, NodeFaulted message)
    {
        string error = message.Error.Message;
        _outbox.Record(new NodeFailed(_fence, server.Node, message.Incarnation, error, IsGivenUp: false));
        bool isOfThisGeneration = message.Fence.Ballot == _fence.Ballot && Phase == CoordinatorPhase.Restoring;
        if (isOfThisGeneration && _history.NewestId is { } lost)
        {
            _history.DropNewest();
            _outbox.Record(new CheckpointLost(_fence, lost, error));
        }

        LoseServer(server, error);
    }

    /// <summary>
    /// A server's state is gone for good; it may come back as a new incarnation if its budget allows. False
    /// when it may not.
    /// </summary>
    private bool TryReplace(ServerSeat server, string reason)
    {
        bool isGranted = server.Restarts.TryTake(_now);
        _outbox.Record(new NodeFailed(_fence, server.Node, server.Incarnation, reason, !isGranted));
        if (!isGranted && !HasOtherMember(server))
        {
            Finish(
                JobOutcomeKind.LostCluster,
                $"{server.Node} failed more than {_options.RestartBudget} times within {_options.RestartWindow}: {reason}");
            return false;
        }

        if (!isGranted)
        {
            server.IsGivenUp = true;
            Send(server.Node, new Dismissed(_fence, "its restart budget is used up"));
        }

        LoseServer(server, reason);
        return isGranted;
    }

    /// <summary>
    /// Goes on without a server: with the others of its slice, or in a new generation. It may be back soon, with
    /// what it held.
    /// </summary>
    private void LoseServer(ServerSeat server, string reason)
    {
        server.IsPresent = false;
        server.Promise = null;
        if (server == _syncing)
            GiveUpSync(reason);
        else if (server.IsMember && HasOtherMember(server))
            DropMember(server, reason);
        else if (server.IsMember && IsEnding && _checkpoints.Holds(_progress))
            server.IsMember = false; // the state that the job ends with is on its way to the disk
        else if (server.IsMember)
            Regather($"{server.Node}: {reason}");
    }

    private void DropMember(ServerSeat server, string reason)
    {
        server.IsMember = false;
        _holders = null;
        _outbox.Record(new ReplicaDropped(_fence, server.Node, reason));
        if (IsInRound)
        {
            foreach (WorkerSeat worker in _workers.Values.Where(w => _board.IsBusy(w.Index)))
                Send(worker.Node, new HoldersChanged(_fence, Holders));
        }

        if (_poll is null || !IsPolling || !_poll.IsAsked(server))
            return;
        _poll.Remove(server);
        if (Phase == CoordinatorPhase.Syncing)
        {
            GiveUpSync(reason);
        }
        else if (Phase == CoordinatorPhase.Snapshotting)
        {
            ServerSeat other = Members.First(s => s.Slice == server.Slice);
            _poll.Ask(other);
            Send(other.Node, _poll.QuestionFor(other));
        }
        else
        {
            OnPollAnswered();
        }
    }

    /// <summary>A server that asked to leave owes nothing any more.</summary>
    private void LetGo(ServerSeat server)
    {
        _outbox.Record(new NodeLeft(_fence, server.Node));
        Send(server.Node, new Dismissed(_fence, "it has left"));
        server.IsLeaving = false;
        LoseServer(server, "it has left");
    }

    private ServerSeat? ServerToLetGo() => Members.FirstOrDefault(s => s.IsLeaving);

    /// <summary>
    /// Lets the only server of a slice go once its state is on disk; whoever takes the seat begins with that.
    /// </summary>
    private void HandOver(ServerSeat server)
    {
        if (HasOtherMember(server) || _history.NewestProgress == _progress)
        {
            LetGo(server);
            if (Phase != CoordinatorPhase.Gathering)
                AtBarrier();
        }
        else if (_checkpoints.IsIdle)
        {
            BeginSnapshot(CheckpointReason.Handover, isBest: false);
        }
        else
        {
            EnterPhase(CoordinatorPhase.Draining);
        }
    }

    /// <summary>Puts a question to servers and waits for their answers in a phase.</summary>
    private void Ask<TAnswer>(
        CoordinatorPhase phase, IEnumerable<ServerSeat> servers, Func<ServerSeat, Message> question)
        where TAnswer : Message
    {
        EnterPhase(phase);
        _poll = new ServerPoll(_servers, typeof(TAnswer), question) { DueSince = _now };
        foreach (ServerSeat server in servers)
        {
            _poll.Ask(server);
            Send(server.Node, _poll.QuestionFor(server));
        }
    }

    /// <summary>
    /// Takes a server's answer. Servers of one slice hold the same state, so where their answers differ in what
    /// must be equal, they cannot both be right.
    /// </summary>
    private void OnAnswer<TAnswer>(NodeId from, SliceId slice, TAnswer message, Func<TAnswer, TAnswer, bool> areEqual)
        where TAnswer : Message
    {
        if (!Holds(from, slice))
            Drop(from, message, DropReason.Unexpected);
        else if (!IsPolling || !_poll!.Expects<TAnswer>())
            Drop(from, message, DropReason.Stale);
        else if (!_poll.TryAdd(from.Index, message))
            Drop(from, message, DropReason.Duplicate);
        else if (_shape.ReplicaCount > 0 && _poll.Difference(areEqual) is { } pair)
            OnDifference(pair.First, pair.Second);
        else
            OnPollAnswered();
    }

    /// <summary>Whether a server has a seat, and the slice is that seat's.</summary>
    private bool Holds(NodeId from, SliceId slice) => from.Index < _servers.Length && _servers[from.Index].Slice == slice;

    /// <summary>Goes on with the phase if all servers that are asked have answered.</summary>
    private void OnPollAnswered()
    {
        if (!_poll!.IsComplete)
            return;
        switch (Phase)
        {
            case CoordinatorPhase.Restoring: AtBarrier(); break;
            case CoordinatorPhase.Syncing: OnSyncAnswered(); break;
            case CoordinatorPhase.Computing: OnStepPartIn(); break;
            case CoordinatorPhase.Applying: CloseStep(); break;
            case CoordinatorPhase.Snapshotting: CloseSnapshot(); break;
        }
    }

    /// <summary>All go back to a checkpoint: nobody knows which of the two is right.</summary>
    private void OnDifference(ServerSeat first, ServerSeat second)
    {
        _outbox.Record(new ReplicasDiffer(_fence, first.Node, second.Node));
        string reason = $"{first.Node} and {second.Node} differ";
        if (second.Restarts.TryTake(_now))
            Regather(reason, isHoldingTrusted: false);
        else
            Finish(JobOutcomeKind.Failed, $"{reason} again and again");
    }

    /// <summary>
    /// How long servers are waited for before they are asked again. What is missing for a sum may be on its way, and
    /// takes about as long as the parameters took.
    /// </summary>
    private TimeSpan Patience(ServerPoll poll) => Phase == CoordinatorPhase.Computing
        ? _reductionPace.Patience(poll.RepeatCount, SlowestTransfer())
        : TransferPace.Backoff(_options.RepeatInterval, poll.RepeatCount);

    private void ReviewServers(ServerPoll poll)
    {
        if (poll.DueSince is not { } since || poll.IsComplete)
            return;
        TimeSpan asked = poll.RepeatedAt > since ? poll.RepeatedAt : since;
        bool repeat = _now - asked >= Patience(poll);
        if (repeat)
            poll.Repeated(_now);
        foreach (ServerSeat server in poll.Silent.ToArray())
        {
            TimeSpan limit = server == _syncing ? _options.GatherTimeout : _options.ServerLostTimeout;
            if (_now - since >= limit)
            {
                string reason = $"it owes an answer for {_now - since}";
                _outbox.Record(new NodeLost(_fence, server.Node, reason));
                _ = TryReplace(server, reason);
                return;
            }

            if (repeat)
            {
                Message question = poll.QuestionFor(server);
                _outbox.Record(new RequestRepeated(_fence, server.Node, question.GetType().Name));
                Send(server.Node, question);
            }
        }
    }
}
