using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Conformance;

/// <summary>What every engine must be able to run.</summary>
public sealed record EngineRequest(
    JobDescription Job,
    IWorkExecutorFactory Executors,
    IPayloadCodec Codec,
    IJobPolicy Policy,
    int WorkerCount,
    int ServerCount,
    ProtocolOptions Protocol,
    IEventSink Events,
    CancellationToken Stop);
