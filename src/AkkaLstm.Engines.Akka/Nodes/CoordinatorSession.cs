using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>Runs a job to its end; cancelled when another process takes the job over.</summary>
/// <param name="job">The job.</param>
/// <param name="shape">How many servers there are.</param>
/// <param name="protocol">Deadlines and budgets.</param>
public delegate Task<JobOutcome> CoordinatorEngine(CoordinatorJob job, ClusterShape shape, ProtocolOptions protocol);

/// <summary>
/// Opens the job when this process becomes its coordinator, which may be long after it started and after another one's
/// death: the same run, a higher term, the newest checkpoint that is sound. Ends when the job is closed again, so that
/// another process can open it.
/// </summary>
/// <param name="engine">Runs the job.</param>
public delegate Task CoordinatorSession(CoordinatorEngine engine);
