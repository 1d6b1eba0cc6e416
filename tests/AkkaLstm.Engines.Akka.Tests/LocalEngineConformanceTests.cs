using AkkaLstm.Engines.Akka.Local;
using AkkaLstm.Engines.Conformance;
using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Engines.Akka.Tests;

public sealed class LocalEngineConformanceTests : WaitingWorkConformance
{
    protected override Task<JobOutcome> RunAsync(EngineRequest request) => LocalEngine.RunAsync(
        request.Job,
        request.Executors,
        request.Policy,
        new LocalEngineOptions
        {
            WorkerCount = request.WorkerCount,
            ServerCount = request.ServerCount,
            Protocol = request.Protocol,
        },
        request.Events,
        request.Stop);
}
