using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Messages;

/// <summary>Worker or server to coordinator: my work has failed; am I to restart?</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Incarnation">The one whose work failed.</param>
/// <param name="Error">Why.</param>
public sealed record NodeFaulted(Fence Fence, int Incarnation, WorkError Error) : Message(Fence);
