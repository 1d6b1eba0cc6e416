using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Models.Cells;

/// <summary>Whether what a window is given fits together; the loops rely on it.</summary>
internal static class WindowChecks
{
    internal static void Forward(
        RecurrentCell cell, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace, int carryIn, int carryOut, int stride)
    {
        Input(cell, weights, input, workspace);
        Carry(cell, weights, carryIn, input.Lanes, stride, nameof(carryIn));
        Carry(cell, weights, carryOut, input.Lanes, stride, nameof(carryOut));
    }

    private static void Input(RecurrentCell cell, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace)
    {
        if (weights.GateCount != cell.GateCount - cell.LateGateCount || weights.RecurrentBias is not null != cell.SplitsRecurrent
            || weights.Units is not null != cell.UnitRows > 0)
        {
            throw new ArgumentException("The weights are for another cell.", nameof(weights));
        }

        if (workspace.State is not null != cell.HasState || workspace.Recurrent is not null != cell.SplitsRecurrent
            || workspace.DUnits is not null != cell.UnitRows > 0 || workspace.Late is not null != cell.LateGateCount > 0)
        {
            throw new ArgumentException("The workspace is for another cell.", nameof(workspace));
        }

        if (input.Columns != weights.Shape.InputSize)
            throw new ArgumentException($"The input has {input.Columns} columns; the weights take {weights.Shape.InputSize}.", nameof(input));
        if (workspace.Shape != weights.Shape)
            throw new ArgumentException($"The workspace is for {workspace.Shape}, not {weights.Shape}.", nameof(workspace));
    }

    private static void Carry(RecurrentCell cell, RecurrentWeights weights, int length, int lanes, int stride, string name)
    {
        int own = weights.Shape.CarryLength(cell);
        if (length != 0 && (stride < own || length < (long)(lanes - 1) * stride + own))
            throw new ArgumentException($"{lanes} lanes with stride {stride} need more than {length} floats.", name);
    }

    internal static void Backward(
        RecurrentCell cell, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace, Activations dOutput, Activations? dInput)
    {
        Input(cell, weights, input, workspace);
        if (workspace.TimeSteps != input.TimeSteps || workspace.Lanes != input.Lanes)
            throw new ArgumentException("The workspace holds another window.", nameof(workspace));
        Rows(dOutput, input, weights.Shape.OutputSize, nameof(dOutput));
        if (dInput is null)
            return;
        if (weights.InputBack is null)
            throw new ArgumentException("The weights were made without the gradient of the input.", nameof(weights));
        Rows(dInput, input, weights.Shape.InputSize, nameof(dInput));
    }

    private static void Rows(Activations rows, MatrixView input, int columns, string name)
    {
        if (rows.TimeSteps != input.TimeSteps || rows.Lanes != input.Lanes || rows.Columns != columns)
            throw new ArgumentException($"{name} must be ({input.TimeSteps}, {input.Lanes}, {columns}).", name);
    }
}
