using Akka.Actor.Setup;

namespace AkkaLstm.Engines.Akka.Logging;

/// <summary>Part of an actor system's setup: where its log goes.</summary>
/// <param name="receive">Takes entries, from any thread.</param>
internal sealed class LogReceiver(Action<EngineLogEntry> receive) : Setup
{
    /// <summary>Takes entries.</summary>
    public Action<EngineLogEntry> Receive => receive;
}
