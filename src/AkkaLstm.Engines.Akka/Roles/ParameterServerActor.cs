using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Akka.Roles;

/// <summary>
/// Gathers gradients, joins them by the fixed tree and applies the optimizer: the shell of
/// <see cref="ParameterServer"/>.
/// </summary>
/// <param name="host">What surrounds it.</param>
/// <param name="index">Its seat.</param>
/// <param name="incarnation">Counts the processes that had its address before.</param>
/// <param name="runId">Identity of the run.</param>
/// <param name="options">Deadlines and budgets.</param>
internal sealed class ParameterServerActor(
    RoleHost host, int index, int incarnation, string runId, ProtocolOptions options)
    : RoleActor(NodeId.Server(index), host, incarnation, i => new ParameterServer(runId, i, options));
