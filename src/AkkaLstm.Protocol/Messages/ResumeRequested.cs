namespace AkkaLstm.Protocol.Messages;

/// <summary>
/// Coordinator to server: keep what you hold and belong to this generation; the step in hand starts anew.
/// Answered by <see cref="SliceReady"/>.
/// </summary>
/// <param name="Fence">The new generation and the step that the server holds.</param>
public sealed record ResumeRequested(Fence Fence) : Message(Fence);
