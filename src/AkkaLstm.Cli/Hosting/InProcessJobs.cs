using AkkaLstm.Engines.InProcess;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Hosting;

/// <summary>Brings training and the in-process engine together; neither knows the other.</summary>
internal static class InProcessJobs
{
    /// <summary>Runs jobs as actors of this process.</summary>
    public static JobEngine Engine { get; } = (job, executors, policy, events, options, stop) =>
    {
        var engine = new EngineOptions
        {
            WorkerCount = options.Workers,
            ServerCount = options.Servers ?? 1,
            ReplicaCount = options.ServerReplicas,
            Protocol = new ProtocolOptions { MinWorkers = options.MinWorkers },
        };
        return InProcessEngine.RunAsync(job, executors, policy, engine, events, stop);
    };
}
