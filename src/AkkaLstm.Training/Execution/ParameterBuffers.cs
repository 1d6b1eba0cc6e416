using AkkaLstm.Models;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Training.Execution.Payloads;

namespace AkkaLstm.Training.Execution;

/// <summary>
/// Parameters of one generation in this process, all of them or one slice: a flat buffer and its packed form for even
/// steps, and both again for odd ones. Servers write the parameters of step n + 1 while workers read those of step n.
/// </summary>
/// <remarks>
/// A generation has buffers of its own, so that a worker that still computes for an earlier one cannot disturb
/// it; what that worker finds in buffers that moved on is fenced off with its answer.
/// </remarks>
internal sealed class ParameterBuffers : IParameterOwner
{
    private readonly ParameterSlice _extent;
    private readonly Memory<float>[] _flat;
    private readonly PackedStep[] _packed;

    /// <summary>Makes room.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="seed">The plan's seed.</param>
    /// <param name="extent">The parameters; all of them where they are to be packed.</param>
    /// <param name="allocate">See <see cref="JobContext.Allocate"/>.</param>
    public ParameterBuffers(ModelSpec spec, ulong seed, ParameterSlice extent, Func<int, Memory<float>> allocate)
    {
        _extent = extent;
        _flat = [allocate(extent.Length), allocate(extent.Length)];
        _packed = [new PackedStep(spec, seed, allocate), new PackedStep(spec, seed, allocate)];
    }

    /// <inheritdoc/>
    public Memory<float> ValuesOf(ParameterSlice slice, long step) =>
        _flat[step & 1].Slice(slice.Start - _extent.Start, slice.Length);

    /// <inheritdoc/>
    public ModelWeights Packed(long step) => _packed[step & 1].Get(step, step, _flat[step & 1]);
}
