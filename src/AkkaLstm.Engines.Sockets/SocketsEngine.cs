using AkkaLstm.Engines.Sockets.Coordination;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Sockets;

/// <summary>
/// Runs jobs on processes that talk over TCP: a coordinator here, servers and workers as <see cref="SocketsMember"/>
/// wherever they are.
/// </summary>
public static class SocketsEngine
{
    /// <summary>Runs a job to its end.</summary>
    /// <param name="job">What to run.</param>
    /// <param name="options">Address, servers, deadlines.</param>
    /// <param name="stop">Asks the job to finish the step, write a checkpoint and end with
    /// <see cref="JobOutcomeKind.Stopped"/>.</param>
    /// <returns>The outcome; failures of the job are outcomes, not exceptions.</returns>
    /// <exception cref="ArgumentException">The job or the options are out of range.</exception>
    /// <exception cref="ListenException">It cannot listen at the address.</exception>
    public static async Task<JobOutcome> RunAsync(CoordinatorJob job, SocketsOptions options, CancellationToken stop)
    {
        job.Description.Validate();
        options.Shape.Validate();
        options.Protocol.Validate();
        await using var coordinator = new SocketsCoordinator(job, options);
        return await coordinator.RunAsync(stop);
    }
}
