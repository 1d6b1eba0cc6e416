using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;

namespace AkkaLstm.Engines.Akka.Logging;

/// <summary>Akka.NET's own logger writes to standard output, which belongs to results; this one does not.</summary>
public sealed class StandardErrorLogger : UntypedActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger: Sender.Tell(new LoggerInitialized()); break;
            case LogEvent log: Console.Error.WriteLine(log.ToString()); break;
            default: Unhandled(message); break;
        }
    }
}
