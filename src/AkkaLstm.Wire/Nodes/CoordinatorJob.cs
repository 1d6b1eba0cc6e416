using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Wire.Nodes;

/// <summary>A job as its coordinator has it.</summary>
/// <param name="Description">What to run, with a term above that of any coordinator of the run before.</param>
/// <param name="PlanHash">SHA-256 of the plan in lower-case hex; nodes with another are turned away.</param>
/// <param name="DataHash">SHA-256 of the data, likewise.</param>
/// <param name="Executors">The disk.</param>
/// <param name="Codec">Takes payloads apart and puts them together.</param>
/// <param name="Policy">The numeric decisions.</param>
/// <param name="Events">Receives progress and decisions.</param>
/// <param name="OpenFile">Opens what is given out to nodes by a name, see <see cref="Files.FileService"/>; throws
/// <see cref="FileNotFoundException"/> with one line where it is not.</param>
public sealed record CoordinatorJob(
    JobDescription Description,
    string PlanHash,
    string DataHash,
    IWorkExecutorFactory Executors,
    IPayloadCodec Codec,
    IJobPolicy Policy,
    IEventSink Events,
    Func<string, Stream> OpenFile);
