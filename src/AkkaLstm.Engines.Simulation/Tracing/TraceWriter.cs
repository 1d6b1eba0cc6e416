using System.Globalization;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Simulation;

/// <summary>Writes a line for everything that happens: virtual time, node, what.</summary>
internal sealed class TraceWriter(TextWriter output) : IClusterObserver
{
    private SimulatedCluster? _cluster;

    /// <summary>A run begins; its clock is the one from now on.</summary>
    public void Begin(SimulatedCluster cluster) => _cluster = cluster;

    /// <inheritdoc/>
    public void OnInput(SimulatedNode node, RoleInput input)
    {
        if (input is not TimerFired)
            Write($"{node,-12} <- {TraceText.Of(input)}");
    }

    /// <inheritdoc/>
    public void OnEffect(SimulatedNode node, RoleInput cause, Effect effect)
    {
        if (effect is not ArmTimer)
            Write($"{node,-12}    {TraceText.Of(effect)}");
    }

    /// <inheritdoc/>
    public void OnFault(FaultKind kind, string what) => Write($"!! {kind}: {what}");

    /// <summary>Writes a line of its own.</summary>
    public void Write(TimeSpan now, string line) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{now.TotalMilliseconds,11:0.000} ms  {line}"));

    private void Write(string line) => Write(_cluster!.Agenda.Now, line);
}
