using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Training.Sessions;

/// <summary>
/// Runs a job on actors until it ends. Training does not know engines; the composition root passes one in, for
/// example <c>(job, stop) => InProcessEngine.RunAsync(job.Description, job.Executors, job.Policy, new
/// EngineOptions { ... }, job.Events, stop)</c>.
/// </summary>
/// <param name="job">What to run, and with what.</param>
/// <param name="stop">Asks the job to finish the step, write a checkpoint and end.</param>
/// <returns>How it ended; failures of the job are outcomes, not exceptions.</returns>
public delegate Task<JobOutcome> JobEngine(EngineJob job, CancellationToken stop);
