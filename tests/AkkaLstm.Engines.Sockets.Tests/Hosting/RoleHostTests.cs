using System.Collections.Concurrent;
using AkkaLstm.Engines.Sockets.Hosting;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Wire;

namespace AkkaLstm.Engines.Sockets.Tests.Hosting;

/// <summary>Peers that send faster than a role takes.</summary>
public sealed class RoleHostTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);
    private static readonly Welcomed Message = new(new Fence("run", 1, 1, 0));
    private static readonly NodeId Flooding = NodeId.Worker(0);
    private static readonly NodeId Other = NodeId.Worker(1);

    [Fact]
    public async Task Deliver_PeerSendsWithoutEnd_IsRefusedAndNobodyElse()
    {
        var role = new BusyRole();
        await using var host = new RoleHost(
            "test", role, () => throw new InvalidOperationException("there is no work"), _ => { }, _ => { });
        await role.Busy.Task.WaitAsync(Wait);

        for (int i = 0; i < RoleHost.MaxWaitingMessages; i++)
            host.Deliver(Flooding, Message);
        WireException e = Assert.Throws<WireException>(() => host.Deliver(Flooding, Message));
        host.Deliver(Other, Message);

        Assert.Contains(Flooding.ToString(), e.Message, StringComparison.Ordinal);
        Assert.False(host.End.IsCompleted);

        role.GoOn.Set();
        await role.HeardFromOther.Task.WaitAsync(Wait);
        Assert.Equal(RoleHost.MaxWaitingMessages, role.Heard[Flooding]);
        host.Deliver(Flooding, Message); // there is room again
    }

    /// <summary>Does not come back from its first input for as long as the test wants.</summary>
    private sealed class BusyRole : IRole
    {
        public TaskCompletionSource Busy { get; } = new();

        public TaskCompletionSource HeardFromOther { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ManualResetEventSlim GoOn { get; } = new();

        public ConcurrentDictionary<NodeId, int> Heard { get; } = new();

        public void Step(RoleInput input, TimeSpan now, Outbox outbox)
        {
            if (input is not MessageReceived { From: var from })
            {
                Busy.TrySetResult();
                GoOn.Wait(Wait);
                return;
            }

            Heard.AddOrUpdate(from, 1, (_, count) => count + 1);
            if (from == Other)
                HeardFromOther.SetResult();
        }
    }
}
