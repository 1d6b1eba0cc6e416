using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// Gradients of a recurrent layer's parameters from those of the gates' arguments, over the whole window at once.
/// </summary>
internal static class WindowGradients
{
    internal static void Run(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace, Activations dOutput, int shardCount,
        RecurrentGradient gradient)
    {
        if (workspace.Recurrent is { } recurrent)
        {
            WeightGradient.Multiply(
                path, workspace.Gates.View(), weights.Rows, shardCount, input, gradient.InputWeights, default, default, gradient.InputBias);
            WeightGradient.Multiply(
                path, recurrent.View(), weights.Rows, shardCount, workspace.PreviousOutputs(weights.Mask), gradient.HiddenWeights, default, default,
                gradient.HiddenBias);
        }
        else
        {
            WeightGradient.Multiply(
                path, workspace.Gates.View(), weights.Rows, shardCount, input, gradient.InputWeights, workspace.PreviousOutputs(weights.Mask),
                gradient.HiddenWeights, gradient.InputBias);
            gradient.InputBias.CopyTo(gradient.HiddenBias);
        }

        if (workspace.DUnits is { } dUnits)
        {
            int rows = dUnits.BlockCount / workspace.DState.BlockCount;
            WeightGradient.Sum(path, dUnits.View(), new InterleavedRows(rows, workspace.Shape.HiddenSize), shardCount, gradient.Units);
        }

        weights.Recurring?.Gradient(path, workspace, shardCount, gradient.RecurringGates);
        if (workspace.Unprojected is { } unprojected)
        {
            WeightGradient.Multiply(
                path, dOutput.View(), new InterleavedRows(1, dOutput.Columns), shardCount, unprojected.View(), gradient.Projection,
                default, default, default);
        }
    }
}
