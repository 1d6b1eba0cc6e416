using AkkaLstm.Engines.Conformance;
using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Engines.Simulation.Tests;

public sealed class SimulationConformanceTests : EngineConformance
{
    protected override Task<JobOutcome> RunAsync(EngineRequest request) => Task.FromResult(SimulationEngine.Run(
        request.Job,
        request.Executors,
        request.Policy,
        new SimulationOptions
        {
            WorkerCount = request.WorkerCount,
            Shape = new ClusterShape(request.ServerCount),
            Protocol = request.Protocol,
        },
        request.Events,
        request.Stop));
}
