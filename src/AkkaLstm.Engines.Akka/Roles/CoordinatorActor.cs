using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Akka.Roles;

/// <summary>Runs epochs, checkpoints and decisions: the shell of <see cref="Coordinator"/>.</summary>
/// <param name="host">What surrounds it.</param>
/// <param name="job">The job; for one that is started anew, from the newest checkpoint and with a higher term.</param>
/// <param name="policy">The numeric decisions.</param>
/// <param name="shape">How many servers there are.</param>
/// <param name="options">Deadlines and budgets.</param>
internal sealed class CoordinatorActor(
    RoleHost host, JobDescription job, IJobPolicy policy, ClusterShape shape, ProtocolOptions options)
    : RoleActor(NodeId.Coordinator, host, incarnation: 0, _ => new Coordinator(job, policy, shape, options));
