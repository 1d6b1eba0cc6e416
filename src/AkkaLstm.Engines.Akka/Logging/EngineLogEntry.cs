namespace AkkaLstm.Engines.Akka.Logging;

/// <summary>What Akka.NET says of itself.</summary>
/// <param name="IsError">Whether it takes it for an error; a lost connection is one to it.</param>
/// <param name="Source">The actor or class that says so.</param>
/// <param name="Message">One line or more.</param>
public sealed record EngineLogEntry(bool IsError, string Source, string Message);
