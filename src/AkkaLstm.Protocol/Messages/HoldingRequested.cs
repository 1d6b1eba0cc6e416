namespace AkkaLstm.Protocol.Messages;

/// <summary>
/// Coordinator to server: what do you hold? From now on belong to this term and generation, and take no more
/// orders of an earlier one, so that the answer stays true. Answered by <see cref="ServerReady"/>.
/// </summary>
/// <param name="Fence">The new term and generation; the step does not matter.</param>
public sealed record HoldingRequested(Fence Fence) : Message(Fence);
