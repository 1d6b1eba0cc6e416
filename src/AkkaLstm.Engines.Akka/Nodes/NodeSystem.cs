using System.Diagnostics;
using System.Reflection;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using AkkaLstm.Engines.Akka.Logging;
using AkkaLstm.Protocol;
using AkkaLstm.Wire.Connections;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>The actor system of one node: its start, an end within bounds, and its coming back.</summary>
internal static class NodeSystem
{
    /// <summary>How long leaving the cluster may take before the process ends all the same.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>A node that was in the cluster for so long was not put out because of how it joined.</summary>
    private static readonly TimeSpan LongStay = TimeSpan.FromSeconds(30);

    /// <summary>Runs a node, and again as a new one whenever the cluster has put it out.</summary>
    /// <param name="run">Runs it once, with its own actor system.</param>
    /// <param name="options">How it takes part.</param>
    /// <param name="firstPause">Before it joins for the second time.</param>
    /// <param name="leave">It is to go.</param>
    /// <param name="stop">Ends it at once.</param>
    public static async Task<NodeEnd> KeepAsync(
        Func<ClusterNodeOptions, Task<NodeEnd>> run,
        ClusterNodeOptions options,
        TimeSpan firstPause,
        CancellationToken leave,
        CancellationToken stop)
    {
        var pause = new RetryDelay(firstPause, LongestPause);
        long lastStay = Stopwatch.GetTimestamp();
        while (true)
        {
            long start = Stopwatch.GetTimestamp();
            NodeEnd end = await run(options);
            if (end.Kind != NodeEndKind.Downed || !options.JoinsAgain)
                return end;
            if (leave.IsCancellationRequested)
                return new NodeEnd(NodeEndKind.Left, end.Reason);
            if (Stopwatch.GetElapsedTime(start) > LongStay)
            {
                pause.Reset();
                lastStay = Stopwatch.GetTimestamp();
            }

            if (Stopwatch.GetElapsedTime(lastStay) > options.CoordinatorTimeout)
                return new NodeEnd(NodeEndKind.CoordinatorLost, $"in no cluster for {options.CoordinatorTimeout}: {end.Reason}");
            options.Notice($"{end.Reason}; joining again");
            await pause.WaitAsync(stop);
        }
    }

    /// <summary>Starts the system and joins.</summary>
    /// <exception cref="NodeStartException">The configuration cannot be used.</exception>
    public static ActorSystem Start(NodeRole role, ClusterNodeOptions options)
    {
        Config config = EngineConfig.Cluster(role, options.Config, options.Variables);
        Config tcp = config.GetConfig("akka.remote.dot-netty.tcp");
        string certificate = tcp.GetString("ssl.certificate.path", "");
        if (tcp.GetBoolean("enable-ssl") && certificate.Length > 0 && !File.Exists(certificate))
            throw new NodeStartException($"ssl.certificate.path: {certificate} is not there");
        ActorSystem system;
        Cluster cluster;
#pragma warning disable CA1031 // Akka.NET throws whatever it comes across: sockets, files, settings
        try
        {
            system = ActorSystem.Create(
                ClusterNodeOptions.SystemName,
                BootstrapSetup.Create()
                    .WithConfig(config)
                    .And(new LogReceiver(options.Log)));
            cluster = Cluster.Get(system);
        }
        catch (Exception e)
        {
            // What is wrong is said by the innermost, where by the outer ones.
            IEnumerable<string> messages = Causes(e).Select(cause => cause.Message.TrimEnd('.')).Distinct();
            throw new NodeStartException($"Akka.NET cannot start: {string.Join(": ", messages)}", e);
        }
#pragma warning restore CA1031

        if (role != NodeRole.Coordinator && cluster.Settings.SeedNodes.IsEmpty)
            throw new NodeStartException("akka.cluster.seed-nodes is empty: name the nodes to ask for the cluster");
        cluster.RegisterOnMemberUp(options.Joined);
        options.Listening(HostAndPort.At(cluster.SelfAddress.Host, $":{cluster.SelfAddress.Port}"));
        if (role == NodeRole.Coordinator && cluster.Settings.SeedNodes.IsEmpty)
            cluster.Join(cluster.SelfAddress);
        return system;
    }

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is not (TargetInvocationException or AggregateException))
                yield return cause;
        }
    }

    /// <summary>Runs a node to its end: its own, or that of the system when the cluster puts it out.</summary>
    /// <param name="system">The system.</param>
    /// <param name="end">The node's end.</param>
    /// <param name="stop">Ends the process at once, as a crash would.</param>
    public static async Task<NodeEnd> RunAsync(ActorSystem system, Task<NodeEnd> end, CancellationToken stop)
    {
        Task first = await Task.WhenAny(end, system.WhenTerminated, Task.Delay(Timeout.Infinite, stop));
        if (first == end || end.IsCompleted)
            return await end;
        stop.ThrowIfCancellationRequested();
        return new NodeEnd(NodeEndKind.Downed, "the cluster has removed this node");
    }

    /// <summary>Leaves the cluster and ends; without a word, where it is to stop at once.</summary>
    public static Task EndAsync(ActorSystem system, CancellationToken stop) => Task.WhenAny(
        stop.IsCancellationRequested
            ? system.Terminate()
            : CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClusterLeavingReason.Instance),
        Task.Delay(ShutdownTimeout, CancellationToken.None));
}
