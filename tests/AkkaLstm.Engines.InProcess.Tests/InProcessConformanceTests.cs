using AkkaLstm.Engines.Conformance;
using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Engines.InProcess.Tests;

public sealed class InProcessConformanceTests : WaitingWorkConformance
{
    protected override Task<JobOutcome> RunAsync(EngineRequest request) => InProcessEngine.RunAsync(
        request.Job,
        request.Executors,
        request.Policy,
        new EngineOptions
        {
            WorkerCount = request.WorkerCount,
            ServerCount = request.ServerCount,
            Protocol = request.Protocol,
        },
        request.Events,
        request.Stop);
}
