using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Remote;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Sessions;

/// <summary>A job as an engine gets it. In one process the codec is not needed.</summary>
/// <param name="Description">What to run.</param>
/// <param name="Executors">The mathematics and the disk, for the nodes of this process.</param>
/// <param name="Codec">Payloads as bytes, for a coordinator whose workers and servers are elsewhere.</param>
/// <param name="Policy">The numeric decisions.</param>
/// <param name="Events">Receives progress and decisions.</param>
/// <param name="Options">Workers, servers (always set here) and threads.</param>
/// <param name="Files">What nodes without this process's disk need; null where the job is for one process only.</param>
public sealed record EngineJob(
    JobDescription Description,
    IWorkExecutorFactory Executors,
    IPayloadCodec Codec,
    IJobPolicy Policy,
    IEventSink Events,
    RunOptions Options,
    OfferedFiles? Files);
