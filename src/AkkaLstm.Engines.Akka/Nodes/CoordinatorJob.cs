using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>A job as its coordinator has it.</summary>
/// <param name="Description">What to run, with a term above that of any coordinator of the run before.</param>
/// <param name="PlanHash">SHA-256 of the plan in lower-case hex; nodes with another are turned away.</param>
/// <param name="DataHash">SHA-256 of the data, likewise.</param>
/// <param name="Shape">How many servers there are.</param>
/// <param name="Protocol">Deadlines and budgets.</param>
/// <param name="Executors">The disk.</param>
/// <param name="Codec">Takes payloads apart and puts them together.</param>
/// <param name="Policy">The numeric decisions.</param>
/// <param name="Events">Receives progress and decisions.</param>
/// <param name="OpenFile">Opens what is given out to nodes by a name; throws <see cref="FileNotFoundException"/> with one
/// line where it is not.</param>
public sealed record CoordinatorJob(
    JobDescription Description,
    string PlanHash,
    string DataHash,
    ClusterShape Shape,
    ProtocolOptions Protocol,
    IWorkExecutorFactory Executors,
    IPayloadCodec Codec,
    IJobPolicy Policy,
    IEventSink Events,
    Func<string, Stream> OpenFile);

/// <summary>
/// Opens the job when this process becomes its coordinator, which may be long after it started and after another one's
/// death: the same run, a higher term, the newest checkpoint that is sound. Ends when the job is closed again, so that
/// another process can open it.
/// </summary>
/// <param name="engine">Runs the job to its end; cancelled when another process takes the job over.</param>
public delegate Task CoordinatorSession(Func<CoordinatorJob, Task<JobOutcome>> engine);
