using AkkaLstm.Models;
using AkkaLstm.Models.Parameters;

namespace AkkaLstm.Training.Execution.Payloads;

/// <summary>Buffers with the parameters of a step, whether servers of this process write them or they were received.</summary>
internal interface IParameterOwner
{
    /// <summary>A slice's parameters of a step, in layout order.</summary>
    Memory<float> ValuesOf(ParameterSlice slice, long step);

    /// <summary>
    /// The step's parameters packed for the kernels; the workers that ask first share the packing.
    /// </summary>
    ModelWeights Packed(long step);
}
