namespace AkkaLstm.PlantedFaults.Tests;

/// <summary>Mistakes that were made, or nearly made, in protocols like this one.</summary>
internal static class FaultCatalogue
{
    private const string Server = "Roles/Server/ParameterServer.cs";
    private const string ServerSteps = "Roles/Server/ParameterServer.Steps.cs";
    private const string Worker = "Roles/Worker/Worker.cs";
    private const string Board = "Roles/Coordinator/ShardBoard.cs";
    private const string Gathering = "Roles/Coordinator/Coordinator.Gathering.cs";
    private const string Rounds = "Roles/Coordinator/Coordinator.Rounds.cs";
    private const string Servers = "Roles/Coordinator/Coordinator.Servers.cs";
    private const string Workers = "Roles/Coordinator/Coordinator.Workers.cs";
    private const string Standbys = "Roles/Coordinator/Coordinator.Standbys.cs";

    /// <summary>These must be noticed.</summary>
    public static IReadOnlyList<PlantedFault> Noticed { get; } =
    [
        new(
            "a server does not compare generations",
            Server,
            "_ => fence == _fence,",
            "_ => fence.Step == _fence.Step,"),
        new(
            "a server follows an earlier coordinator again",
            Server,
            "fence.Ballot.CompareTo(_fence.Ballot) >= 0,",
            "true,"),
        new(
            "a server keeps no promise: orders of the coordinator before still count",
            Server,
            "            _fence = message.Fence.At(_fence.Step);\n            _joined = null;",
            "            Announce();"),
        new(
            "a server that goes on in a new generation keeps what it had collected",
            Server,
            "        _cover.Clear();\n        Array.Clear(_nextCarries);",
            ""),
        new(
            "a server applies an update twice",
            ServerSteps,
            "        if (Phase != ServerPhase.Reduced)\n        {\n            Drop(from, message, DropReason.Unexpected);\n            return;\n        }\n\n        Phase = ServerPhase.Applying;",
            "        if (Phase is not (ServerPhase.Reduced or ServerPhase.Applying))\n            return;\n        Phase = ServerPhase.Applying;"),
        new(
            "a server forgets the gradients of the closed step too late",
            ServerSteps,
            "        _reduced = null;\n        _cover.Clear();",
            "        _reduced = null;"),
        new(
            "the carried state of a shard is lost",
            ServerSteps,
            "_nextCarries[owned] = message.Carries[i];",
            "_nextCarries[owned] = null;"),
        new(
            "a worker takes the result of an assignment that is over for the one in hand",
            Worker,
            "        _done.Clear();\n        _running = null;",
            "        _done.Clear();"),
        new(
            "a worker mixes the parameters of two steps",
            Worker,
            "            _ => order == 0,",
            "            _ => true,"),
        new(
            "losses are added in order of arrival",
            Board,
            "_losses[shards.Start + i] = losses[i];",
            "_losses[_reportedCount] = losses[i];"),
        new(
            "a shard that is reported twice counts twice",
            Board,
            "            if (_reported[shards.Start + i])\n                continue;",
            ""),
        new(
            "the step closes before the standby has applied it",
            Rounds,
            "Ask<SliceUpdated>(CoordinatorPhase.Applying, Members,",
            "Ask<SliceUpdated>(CoordinatorPhase.Applying, Members.Where(s => s.Replica == 0),"),
        new(
            "a standby takes over parameters without the carried state",
            Standbys,
            "new SliceCopy(taken.State, taken.Carries)",
            "new SliceCopy(taken.State, [.. taken.Carries.Select(_ => (Payload?)null)])"),
        new(
            "a coordinator that goes back to a checkpoint goes on counting from where it stood",
            Gathering,
            "    {\n        _progress = _history.Start;",
            "    {\n        _progress = _progress with { EpochLoss = _history.Start.EpochLoss };"),
        new(
            "the squares of a slice are counted once for each of its servers",
            Rounds,
            "_poll.AnswersBySlice<SliceReduced>())",
            "_servers.Where(_poll.IsAsked).SelectMany(_ => _poll.AnswersBySlice<SliceReduced>()))"),
        new(
            "the tasks of a lost worker are given to nobody",
            Workers,
            "        worker.Status = status;\n        _board.Release(worker.Index);",
            "        worker.Status = status;"),
    ];
    /// <summary>
    /// These are not: another mechanism repairs what they break, only later. Whoever takes both away is noticed.
    /// </summary>
    public static IReadOnlyList<PlantedFault> Repaired { get; } =
    [
        new(
            "a lost answer to an update is never repeated",
            Server,
            "            Send(received.From, _updated); // asked again: the answer got lost\n",
            ""),
        new(
            "a worker asks once for parameters and then waits for ever",
            Worker,
            "            _repeatCount++;\n            PullElsewhere();",
            ""),
        new(
            "a question that got lost is not asked again",
            Servers,
            "            if (repeat)\n            {",
            "            if (repeat && server.Index < 0)\n            {"),
        new(
            "servers that are a step apart are taken for one state",
            Gathering,
            "h.Holding.Progress.Step == target);\n            members",
            "h.Holding.Progress.Step >= target - 1);\n            members"),
    ];
}
