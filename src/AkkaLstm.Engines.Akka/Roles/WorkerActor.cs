using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Akka.Roles;

/// <summary>Computes shard tasks, forward and BPTT: the shell of <see cref="Worker"/>.</summary>
/// <param name="host">What surrounds it.</param>
/// <param name="index">Its number among the workers.</param>
/// <param name="incarnation">Counts the processes that had its address before.</param>
/// <param name="runId">Identity of the run.</param>
/// <param name="options">Deadlines and budgets.</param>
internal sealed class WorkerActor(
    RoleHost host, int index, int incarnation, string runId, ProtocolOptions options)
    : RoleActor(NodeId.Worker(index), host, incarnation, i => new Worker(runId, i, options));
