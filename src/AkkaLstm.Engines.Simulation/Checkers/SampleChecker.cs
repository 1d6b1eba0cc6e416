using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation.Checkers;

/// <summary>
/// Every sample is seen exactly once an epoch. A sample is a shard of a window; step n reads window n mod N of
/// epoch n / N (N windows an epoch), and an epoch ends when all its windows were closed, with the losses of the
/// reference run.
/// </summary>
internal sealed class SampleChecker : IClusterObserver
{
    private readonly int _stepsPerEpoch;
    private readonly Reference _reference;
    private readonly bool[] _closed;

    /// <summary>Watches a job from its starting point on.</summary>
    public SampleChecker(JobDescription job, Reference reference)
    {
        _stepsPerEpoch = job.StepsPerEpoch;
        _reference = reference;
        _closed = new bool[reference.Steps.Count];
        Array.Fill(_closed, value: true, 0, (int)job.Start.Step);
    }

    /// <inheritdoc/>
    public void OnEffect(SimulatedNode node, RoleInput cause, Effect effect)
    {
        switch (effect)
        {
            case StartWork { Order: ComputeShards order }:
                CheckWindow(node, order.Fence.Step, order.Epoch, order.StepInEpoch);
                break;
            case RecordEvent { Event: StepClosed closed }:
                CheckWindow(node, closed.Fence.Step, closed.Epoch, closed.StepInEpoch);
                _closed[closed.Fence.Step] = true;
                break;
            case StartWork { Order: ApplySlice order }:
                // Its coordinator may die before it can record that the step closed.
                _closed[order.Fence.Step] = true;
                break;
            case RecordEvent { Event: EpochClosed closed }: CheckEpoch(closed); break;
        }
    }

    private void CheckWindow(SimulatedNode node, long step, int epoch, int stepInEpoch)
    {
        if (((long)epoch * _stepsPerEpoch) + stepInEpoch != step || stepInEpoch >= _stepsPerEpoch)
            Checks.Wrong($"{node}: step {step} reads window {stepInEpoch} of epoch {epoch}");
    }

    private void CheckEpoch(EpochClosed closed)
    {
        for (int i = 0; i < _stepsPerEpoch; i++)
        {
            if (!_closed[(closed.Epoch * _stepsPerEpoch) + i])
                Checks.Wrong($"epoch {closed.Epoch} ended and window {i} was not closed");
        }

        ReferenceEpoch expected = _reference.Epochs[closed.Epoch];
        if (closed.Training != expected.Training)
            Checks.Wrong($"epoch {closed.Epoch}: training loss {closed.Training}, expected {expected.Training}");
        if (closed.Validation != expected.Validation)
            Checks.Wrong($"epoch {closed.Epoch}: validation loss {closed.Validation}, expected {expected.Validation}");
        if (closed.Decision != expected.Decision)
            Checks.Wrong($"epoch {closed.Epoch}: {closed.Decision}, expected {expected.Decision}");
    }
}
