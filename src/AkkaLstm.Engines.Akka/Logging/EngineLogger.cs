using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;

namespace AkkaLstm.Engines.Akka.Logging;

/// <summary>
/// Takes what Akka.NET logs of itself to where the node logs (<see cref="LogReceiver"/>). Akka.NET's own loggers write to
/// standard output, which belongs to results; without a receiver this one writes to standard error.
/// </summary>
public sealed class EngineLogger : UntypedActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private readonly Action<EngineLogEntry> _receiver = Context.System.Settings.Setup.Get<LogReceiver>() is { HasValue: true } setup
        ? setup.Value.Receive
        : entry => Console.Error.WriteLine($"{entry.Source}: {entry.Message}");

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger: Sender.Tell(new LoggerInitialized()); break;
            case LogEvent log:
                string cause = log.Cause is null ? "" : $" ({log.Cause.GetType().Name}: {log.Cause.Message})";
                _receiver(new EngineLogEntry(log is Error, log.LogSource, $"{log.Message}{cause}"));
                break;
            default: Unhandled(message); break;
        }
    }
}
