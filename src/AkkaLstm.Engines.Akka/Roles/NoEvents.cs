using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;

namespace AkkaLstm.Engines.Akka.Roles;

/// <summary>For whoever starts a node and does not want its events.</summary>
internal sealed class NoEvents : IEventSink
{
    /// <inheritdoc/>
    public void Record(TimeSpan now, NodeId source, JobEvent what)
    {
        // Nobody wants them.
    }
}
