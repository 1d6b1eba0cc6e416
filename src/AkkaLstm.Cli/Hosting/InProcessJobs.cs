using AkkaLstm.Engines.InProcess;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Hosting;

/// <summary>Brings training and the in-process engine together; neither knows the other.</summary>
internal static class InProcessJobs
{
    /// <summary>Runs jobs as actors of this process.</summary>
    public static JobEngine Engine { get; } = (job, stop) =>
    {
        RunOptions options = job.Options;
        var engine = new EngineOptions
        {
            WorkerCount = options.Workers,
            ServerCount = options.Servers ?? 1,
            ReplicaCount = options.ServerReplicas,
            Protocol = new ProtocolOptions { MinWorkers = options.MinWorkers },
        };
        return InProcessEngine.RunAsync(job.Description, job.Executors, job.Policy, engine, job.Events, stop);
    };
}
