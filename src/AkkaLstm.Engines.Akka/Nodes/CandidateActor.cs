using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using AkkaLstm.Engines.Akka.Serialization;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Wire.Connections;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>
/// Stands by in every coordinator's process: hears when there is nothing left to stand by for, and sees to it that there
/// is a cluster, because of the seeds only the first one listed begins one by itself, and it may be gone for good.
/// </summary>
internal sealed class CandidateActor : UntypedActor, IWithTimers
{
    /// <summary>Its name, under <c>/user</c>.</summary>
    public const string Name = "candidate";

    private readonly Func<bool> _isComplete;
    private readonly ClusterNodeOptions _options;
    private readonly Action<NodeEnd> _end;
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private int _reviews;

    private sealed record Review;

    private sealed record Answer(bool IsComplete);

    /// <summary>Creates it.</summary>
    /// <param name="isComplete">Whether nothing is left of the job.</param>
    /// <param name="options">How this process takes part.</param>
    /// <param name="end">Hears that there is nothing to stand by for.</param>
    public CandidateActor(Func<bool> isComplete, ClusterNodeOptions options, Action<NodeEnd> end) =>
        (_isComplete, _options, _end) = (isComplete, options, end);

    /// <summary>Set by Akka.NET before the first message.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() =>
        Timers.StartPeriodicTimer("review", new Review(), _options.NoClusterTimeout, _options.NoClusterTimeout);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Review when IsInCluster: Timers.Cancel("review"); break; // it ends with this cluster
            case Review:
                _reviews++;
                _ = Task.Run(_isComplete).PipeTo(Self, success: isComplete => new Answer(isComplete));
                break;
            case Answer { IsComplete: true }:
                _end(new NodeEnd(NodeEndKind.JobEndedElsewhere, "the job is complete"));
                break;
            case Answer or Status.Failure when !IsInCluster: LookForCluster(); break; // a failure: the disk is away for a moment
            case Answer or Status.Failure: break;
            case JobOver { Bytes: [var kind, ..] } when Enum.IsDefined((JobOutcomeKind)kind):
                _end(new NodeEnd(
                    NodeEndKind.JobEndedElsewhere, $"another coordinator ended the job: {(JobOutcomeKind)kind}"));
                break;
            default: Unhandled(message); break;
        }
    }

    private bool IsInCluster => !_cluster.State.Members.IsEmpty;

    private void LookForCluster()
    {
        ImmutableList<Address> seeds = _cluster.Settings.SeedNodes;
        if (_reviews == 1)
            _options.Notice($"there is no cluster yet; asking for it at {string.Join(", ", seeds.Select(HostAndPortOf))}");

        // Those listed first get the time to begin before the others.
        int rank = seeds.IndexOf(_cluster.SelfAddress);
        if (rank > 0 && _reviews > rank)
        {
            _options.Notice("no seed has begun a cluster; beginning it");
            _cluster.Join(_cluster.SelfAddress);
        }
    }

    private static string HostAndPortOf(Address seed) => HostAndPort.At(seed.Host, $":{seed.Port}");
}
