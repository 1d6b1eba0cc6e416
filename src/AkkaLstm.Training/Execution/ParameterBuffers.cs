using AkkaLstm.Models;
using AkkaLstm.Training.Execution.Payloads;

namespace AkkaLstm.Training.Execution;

/// <summary>
/// The parameters of one generation in this process: a flat buffer and its packed form for even steps, and both
/// again for odd ones. Servers write the parameters of step n + 1 while workers read those of step n.
/// </summary>
/// <remarks>
/// A generation has buffers of its own, so that a worker that still computes for an earlier one cannot disturb
/// it; what that worker finds in buffers that moved on is fenced off with its answer.
/// </remarks>
internal sealed class ParameterBuffers : IParameterOwner
{
    private readonly float[][] _flat;
    private readonly PackedStep[] _packed;

    public ParameterBuffers(ModelSpec spec, int parameterCount, ulong seed)
    {
        _flat = [new float[parameterCount], new float[parameterCount]];
        _packed = [new PackedStep(spec, seed), new PackedStep(spec, seed)];
    }

    /// <inheritdoc/>
    public float[] Flat(long step) => _flat[step & 1];

    /// <inheritdoc/>
    public ModelWeights Packed(long step) => _packed[step & 1].Get(step, Flat(step));
}
