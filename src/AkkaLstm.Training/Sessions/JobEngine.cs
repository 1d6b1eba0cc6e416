using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Sessions;

/// <summary>
/// Runs a job on actors until it ends. Training does not know engines; the composition root passes one in, for
/// example <c>(job, work, policy, events, run, stop) => InProcessEngine.RunAsync(job, work, policy, new
/// EngineOptions { ... }, events, stop)</c>.
/// </summary>
/// <param name="job">What to run.</param>
/// <param name="executors">The mathematics and the disk.</param>
/// <param name="policy">The numeric decisions.</param>
/// <param name="events">Receives progress and decisions.</param>
/// <param name="options">Workers, servers (always set here) and threads.</param>
/// <param name="stop">Asks the job to finish the step, write a checkpoint and end.</param>
/// <returns>How it ended; failures of the job are outcomes, not exceptions.</returns>
public delegate Task<JobOutcome> JobEngine(
    JobDescription job,
    IWorkExecutorFactory executors,
    IJobPolicy policy,
    IEventSink events,
    RunOptions options,
    CancellationToken stop);
