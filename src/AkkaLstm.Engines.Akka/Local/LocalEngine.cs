using Akka.Actor;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Akka.Local;

/// <summary>
/// Runs coordinator, servers and workers as Akka.NET actors of one actor system, with messages by reference and no
/// network: the same shells as in a cluster.
/// </summary>
public static class LocalEngine
{
    /// <summary>How long the end waits for work under way; what hangs longer is left behind.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Runs a job to its end.</summary>
    /// <param name="job">What to run.</param>
    /// <param name="executors">The mathematics and the disk.</param>
    /// <param name="policy">The numeric decisions.</param>
    /// <param name="options">Workers, servers, deadlines.</param>
    /// <param name="events">Receives progress and decisions.</param>
    /// <param name="stop">Asks the job to finish the step, write a checkpoint and end with
    /// <see cref="JobOutcomeKind.Stopped"/>.</param>
    /// <returns>The outcome; failures of the job are outcomes, not exceptions.</returns>
    /// <exception cref="ArgumentException">The job or the options are out of range.</exception>
    public static async Task<JobOutcome> RunAsync(
        JobDescription job,
        IWorkExecutorFactory executors,
        IJobPolicy policy,
        LocalEngineOptions options,
        IEventSink events,
        CancellationToken stop)
    {
        job.Validate();
        options.Validate();
        var end = new TaskCompletionSource<JobOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var system = ActorSystem.Create("akkalstm", EngineConfig.Local);
        try
        {
            IActorRef guardian = system.ActorOf(
                Props.Create(() => new JobGuardian(job, executors, policy, options, events, end)), "job");
            await using (stop.Register(() => guardian.Tell(new StopRequested())))
                return await end.Task;
        }
        finally
        {
            // An executor that hangs keeps its actor, and with it the system, from ending.
            await Task.WhenAny(system.Terminate(), Task.Delay(ShutdownTimeout, CancellationToken.None));
        }
    }
}
