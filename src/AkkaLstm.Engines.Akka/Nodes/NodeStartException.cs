namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>A node cannot start with its configuration: the message says what is wrong with it.</summary>
/// <param name="message">One line.</param>
/// <param name="cause">What Akka.NET threw; null where it would have started.</param>
public sealed class NodeStartException(string message, Exception? cause = null) : Exception(message, cause);
