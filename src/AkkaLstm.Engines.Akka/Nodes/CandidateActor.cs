using Akka.Actor;
using AkkaLstm.Engines.Akka.Serialization;
using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>Stands by in every coordinator's process, and hears when there is nothing left to stand by for.</summary>
/// <param name="end">Hears of it.</param>
internal sealed class CandidateActor(Action<NodeEnd> end) : UntypedActor
{
    /// <summary>Its name, under <c>/user</c>.</summary>
    public const string Name = "candidate";

    protected override void OnReceive(object message)
    {
        if (message is JobOver { Bytes: [var kind, ..] } && Enum.IsDefined((JobOutcomeKind)kind))
        {
            end(new NodeEnd(
                NodeEndKind.JobEndedElsewhere, $"another coordinator ended the job: {(JobOutcomeKind)kind}"));
        }
        else
        {
            Unhandled(message);
        }
    }
}
