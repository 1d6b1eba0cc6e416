using AkkaLstm.Engines.Akka.Nodes;
using AkkaLstm.Engines.Conformance;
using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Engines.Akka.Tests.Nodes;

/// <summary>A cluster over the loopback device: every message by Hyperion, every value by the tensor channel.</summary>
public sealed class ClusterConformanceTests : WaitingWorkConformance
{
    protected override async Task<JobOutcome> RunAsync(EngineRequest request)
    {
        await using var cluster = new LoopbackCluster(request, candidates: 1, Timeout);
        (Task<NodeEnd> end, _) = cluster.StartCandidate(0, request.Stop);
        cluster.StartMembers();
        NodeEnd result = await end;
        return result.Outcome ?? throw new InvalidOperationException($"{result.Kind}: {result.Reason}");
    }
}
