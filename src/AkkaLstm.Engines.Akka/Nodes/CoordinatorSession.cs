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
/// Opens the job when this process is its coordinator and the first node has come, which may be long after it started and after another one's
/// death: the same run, a higher term, the newest checkpoint that is sound. Ends when the job is closed again, so that
/// another process can open it.
/// </summary>
/// <param name="engine">Runs the job.</param>
/// <param name="stop">Another process is to have the job, open or not.</param>
/// <returns>False where another process has the job open and keeps it: this one is not in the cluster that matters.</returns>
public delegate Task<bool> CoordinatorSession(CoordinatorEngine engine, CancellationToken stop);
