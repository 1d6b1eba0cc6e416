using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.InProcess;

/// <summary>
/// Runs coordinator, servers and workers as actors of one process, with messages by reference and no copies.
/// </summary>
public static class InProcessEngine
{
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
        EngineOptions options,
        IEventSink events,
        CancellationToken stop)
    {
        job.Validate();
        options.Validate();
        using var run = new EngineRun(job, executors, policy, options, events);
        return await run.RunAsync(stop);
    }
}
