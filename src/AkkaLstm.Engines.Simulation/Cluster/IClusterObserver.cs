using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Simulation;

/// <summary>Sees everything that happens to the roles of a cluster, in order. Must not act on it.</summary>
internal interface IClusterObserver
{
    /// <summary>An input is about to be handled.</summary>
    void OnInput(SimulatedNode node, RoleInput input)
    {
    }

    /// <summary>A role asked for something, in answer to an input.</summary>
    void OnEffect(SimulatedNode node, RoleInput cause, Effect effect)
    {
    }

    /// <summary>An input has been handled with all its effects.</summary>
    void OnHandled(SimulatedNode node, RoleInput input, int effectCount)
    {
    }

    /// <summary>A fault happened.</summary>
    void OnFault(FaultKind kind, string what)
    {
    }
}
