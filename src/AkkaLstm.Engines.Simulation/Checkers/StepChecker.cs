using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation.Checkers;

/// <summary>
/// Every step closes with the loss, the norm and the decision of the reference run, bit for bit. Losses are
/// different for each shard and step, so each was counted exactly once, in its place.
/// </summary>
internal sealed class StepChecker(Reference reference) : IClusterObserver
{
    /// <inheritdoc/>
    public void OnEffect(SimulatedNode node, RoleInput cause, Effect effect)
    {
        switch (effect)
        {
            case RecordEvent { Event: StepClosed closed }: CheckClosed(node, closed); break;
            case StartWork { Order: ApplySlice apply }: CheckDecision(apply.Fence.Step, apply.Decision); break;
        }
    }

    private void CheckClosed(SimulatedNode node, StepClosed closed)
    {
        long step = closed.Fence.Step;
        if (step >= reference.Steps.Count)
            Checks.Wrong($"{node} closed step {step} of {reference.Steps.Count}");
        ReferenceStep expected = reference.Steps[(int)step];
        if (closed.Loss != expected.Loss)
            Checks.Wrong($"step {step}: loss {closed.Loss}, expected {expected.Loss}");
        if (!closed.GradientNorm.Equals(expected.GradientNorm))
            Checks.Wrong($"step {step}: norm {closed.GradientNorm:R}, expected {expected.GradientNorm:R}");
        CheckDecision(step, closed.Decision);
    }

    private void CheckDecision(long step, StepDecision decision)
    {
        if (decision != reference.Steps[(int)step].Decision)
            Checks.Wrong($"step {step}: {decision}, expected {reference.Steps[(int)step].Decision}");
    }
}
