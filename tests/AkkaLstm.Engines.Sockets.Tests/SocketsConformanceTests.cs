using AkkaLstm.Engines.Conformance;
using AkkaLstm.Engines.Sockets.Tests.Support;
using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Engines.Sockets.Tests;

/// <summary>Each node with links of its own over the loopback device, all in this process.</summary>
public sealed class SocketsConformanceTests : WaitingWorkConformance
{
    protected override async Task<JobOutcome> RunAsync(EngineRequest request)
    {
        await using var cluster = new LoopbackCluster(request);
        return await cluster.RunAsync();
    }
}
