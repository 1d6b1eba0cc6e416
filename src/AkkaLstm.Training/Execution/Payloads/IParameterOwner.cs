using AkkaLstm.Models;

namespace AkkaLstm.Training.Execution.Payloads;

/// <summary>Buffers with all parameters of a step, whether servers of this process write them or they were received.</summary>
internal interface IParameterOwner
{
    /// <summary>All parameters of a step, (N).</summary>
    float[] Flat(long step);

    /// <summary>
    /// The step's parameters packed for the kernels; the workers that ask first share the packing.
    /// </summary>
    ModelWeights Packed(long step);
}
