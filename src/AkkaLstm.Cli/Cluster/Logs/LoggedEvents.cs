using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using Microsoft.Extensions.Logging;

namespace AkkaLstm.Cli.Cluster.Logs;

/// <summary>Logs what a role records, before it is counted.</summary>
internal sealed class LoggedEvents(ILogger log, IEventSink next) : IEventSink
{
    /// <inheritdoc/>
    public void Record(TimeSpan now, NodeId source, JobEvent what)
    {
        log.Decision(source, what);
        next.Record(now, source, what);
    }
}
