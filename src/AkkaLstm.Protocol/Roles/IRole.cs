using AkkaLstm.Protocol.Effects;

namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// A single-threaded state machine: no clock, thread, socket, disk or random source of its own. The same
/// inputs give the same effects.
/// </summary>
public interface IRole
{
    /// <summary>Takes one input and adds what is to be done to the outbox.</summary>
    /// <param name="input">What happened.</param>
    /// <param name="now">Time since the host started; never goes back.</param>
    /// <param name="outbox">Receives the effects.</param>
    void Step(RoleInput input, TimeSpan now, Outbox outbox);
}
