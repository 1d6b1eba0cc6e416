namespace AkkaLstm.Models.Cells;

/// <summary>Buffers of a <see cref="RecurrentWorkspace"/> that only one kind of cell needs.</summary>
internal abstract class CellBuffers
{
    /// <summary>Shapes the buffers for a window.</summary>
    internal abstract void Reshape(int timeSteps, int lanes);
}
