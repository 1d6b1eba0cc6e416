namespace AkkaLstm.PlantedFaults.Tests;

/// <summary>A mistake that somebody could make in the roles, as the change of one piece of text.</summary>
/// <param name="Name">What the mistake is.</param>
/// <param name="File">The file below <c>src/AkkaLstm.Protocol</c>.</param>
/// <param name="Original">Text that stands in the file exactly once.</param>
/// <param name="Mistake">What takes its place.</param>
public sealed record PlantedFault(string Name, string File, string Original, string Mistake)
{
    public override string ToString() => Name;
}
