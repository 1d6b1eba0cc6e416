namespace AkkaLstm.Models.Cells;

/// <summary>Sizes of a recurrent layer.</summary>
/// <param name="InputSize">I.</param>
/// <param name="HiddenSize">H.</param>
/// <param name="ProjectionSize">Size of the output's projection; 0 where the output is not projected.</param>
/// <param name="ModuleCount">Modules with clocks of their own; 0 for a cell without.</param>
public readonly record struct RecurrentShape(int InputSize, int HiddenSize, int ProjectionSize = 0, int ModuleCount = 0)
{
    /// <summary>R, elements of the output, which is also what the recurrent product reads.</summary>
    public int OutputSize => ProjectionSize > 0 ? ProjectionSize : HiddenSize;

    /// <summary>Floats of a lane's carry: the output and, if the cell has them, state and recurring gates.</summary>
    public int CarryLength(RecurrentCell cell) =>
        OutputSize + (((cell.HasState ? 1 : 0) + cell.RecurringGateCount) * HiddenSize);
}
