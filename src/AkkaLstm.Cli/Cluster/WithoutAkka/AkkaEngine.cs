using AkkaLstm.Cli.Cluster.Logs;
using AkkaLstm.Cli.Cluster.Status;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Cluster.Akka;

/// <summary>Takes the place of the Akka engine in builds without it, and says so.</summary>
internal static class AkkaEngine
{
    public static JobEngine OnThisMachine(Action<string> notice) => throw NotThere();

    public static Task<int> CoordinateAsync(
        CommandContext context, NodeLogger log, TrainingPlan plan, RunOptions run, AkkaNodeOptions node, IEventSink events) => throw NotThere();

    public static Task<int> TakePartAsync(
        CommandContext context,
        NodeLogger log,
        NodeRole role,
        AkkaNodeOptions node,
        string cache,
        NodeStatus status,
        CancellationToken stop) =>
        throw NotThere();

    private static BadInputException NotThere() => new(
        "--engine akka: this program was built without the Akka engine; build it with -p:WithAkka=true (docs/AKKA.md)");
}
