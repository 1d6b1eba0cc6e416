using AkkaLstm.Engines.Sockets.Hosting;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Engines.Sockets.Members;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Sockets;

/// <summary>A server or worker: finds the coordinator, makes the job ready, takes part until it is over.</summary>
public static class SocketsMember
{
    /// <summary>Jobs of the coordinator that it takes this node to be no part of when it has just made them ready. Once
    /// or twice another coordinator may have come in between; more often the two do not agree.</summary>
    private const int MaxMisfits = 3;

    /// <summary>Takes part in whatever job the coordinator has.</summary>
    /// <param name="open">Makes the job ready.</param>
    /// <param name="options">Role and addresses.</param>
    /// <param name="leave">Asks to be let go: tasks are finished, a server's state is handed over.</param>
    /// <param name="stop">Stops at once.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="OperationCanceledException">Stopped at once.</exception>
    /// <exception cref="ListenException">It cannot listen at the address.</exception>
    public static async Task<MemberOutcome> RunAsync(
        MemberJobOpener open, MemberOptions options, CancellationToken leave, CancellationToken stop)
    {
        MemberJob? job = null;
        (int Index, int Incarnation)? wanted = options.Index is { } index ? (index, 0) : null;
        (int Index, int Incarnation)? seat = wanted;
        int misfits = 0;
        var delay = options.Links.Retries();
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                job ??= await OpenAsync(open, options, leave, stop);
                await using var session = new MemberSession(job, options, seat);
                (RoleEnd? end, WireException? refusal) = await session.RunAsync(leave, stop);
                switch (end, refusal)
                {
                    case (RoleRestarts, _):
                        seat = session.NextSeat;
                        break;
                    case (RoleStopped { Cause: StopCause.CoordinatorLost } lost, _):
                        return new MemberOutcome(MemberEnd.CoordinatorLost, lost.Reason);
                    case (RoleStopped stopped, _):
                        return new MemberOutcome(MemberEnd.Stopped, stopped.Reason);
                    case (_, { Refusal: RefusalReason.Run or RefusalReason.Plan or RefusalReason.Data })
                        when session.HasBegun || ++misfits < MaxMisfits:
                        (job, seat) = (null, wanted); // another job than the one this node has made ready
                        await delay.WaitAsync(stop);
                        break;
                    case (_, { Refusal: RefusalReason.Identity }):
                        seat = wanted; // somebody else sits there now
                        await delay.WaitAsync(stop);
                        break;
                    default:
                        return new MemberOutcome(MemberEnd.TurnedAway, refusal!.Message);
                }
            }
            catch (TimeoutException e)
            {
                return new MemberOutcome(MemberEnd.CoordinatorLost, e.Message);
            }
            catch (WireException e) when (e.IsFinal)
            {
                return new MemberOutcome(MemberEnd.TurnedAway, e.Message);
            }
            catch (OperationCanceledException) when (leave.IsCancellationRequested && !stop.IsCancellationRequested)
            {
                return new MemberOutcome(MemberEnd.Stopped, "it left before it took part");
            }
        }
    }

    private static async Task<MemberJob> OpenAsync(
        MemberJobOpener open, MemberOptions options, CancellationToken leave, CancellationToken stop)
    {
        var files = new CoordinatorFiles(options);
        var delay = options.Links.Retries();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(leave, stop);
        deadline.CancelAfter(options.CoordinatorTimeout);
        string lastTrouble = "";
        while (true)
        {
            try
            {
                return await open(files.FetchAsync, deadline.Token);
            }
            catch (WireException e) when (!e.IsFinal)
            {
                if (e.Message != lastTrouble)
                    options.Notice(e.Message);
                lastTrouble = e.Message;
            }
            catch (OperationCanceledException) when (!leave.IsCancellationRequested && !stop.IsCancellationRequested)
            {
                throw NotFound();
            }

            await delay.WaitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.ThrowIfCancellationRequested();
            leave.ThrowIfCancellationRequested();
            if (deadline.IsCancellationRequested)
                throw NotFound();
        }

        TimeoutException NotFound() => new(
            $"no coordinator at {HostAndPort.Text(options.Coordinator)} for {options.CoordinatorTimeout}: {lastTrouble}");
    }
}
