using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Models.Cells;

/// <summary>All activations of a recurrent layer over a window, allocated once at the largest size; one per thread and layer.</summary>
public sealed class RecurrentWorkspace
{
    /// <summary>Allocates the buffers.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="maxTimeSteps">Largest T.</param>
    /// <param name="maxLanes">Largest B.</param>
    public RecurrentWorkspace(RecurrentCell cell, int hiddenSize, int maxTimeSteps, int maxLanes)
    {
        ArgumentNullException.ThrowIfNull(cell);
        HiddenSize = hiddenSize;
        Hidden = new Activations(maxTimeSteps + 1, maxLanes, hiddenSize);
        State = new Activations(maxTimeSteps + 1, maxLanes, hiddenSize);
        Saved = new Activations(maxTimeSteps, maxLanes, hiddenSize);
        DState = new Activations(1, maxLanes, hiddenSize);
        Gates = new Activations(maxTimeSteps, maxLanes, Hidden.BlockCount * Activations.BlockColumns * cell.GateCount);
    }

    /// <summary>H.</summary>
    public int HiddenSize { get; }

    /// <summary>T of the last forward.</summary>
    public int TimeSteps => Gates.TimeSteps;

    /// <summary>B of the last forward.</summary>
    public int Lanes => Gates.Lanes;

    /// <summary>The outputs h of the last forward, (T, B, H).</summary>
    public MatrixView Outputs => Hidden.Steps(1, TimeSteps);

    /// <summary>h, (T + 1, B, H): step 0 is the carry.</summary>
    public Activations Hidden { get; }

    /// <summary>c, (T + 1, B, H): step 0 is the carry.</summary>
    internal Activations State { get; }

    /// <summary>What the cell saves for backward, (T, B, H).</summary>
    internal Activations Saved { get; }

    /// <summary>Gradient of the state, (1, B, H).</summary>
    internal Activations DState { get; }

    /// <summary>The gates, interleaved, (T, B, gates): first their arguments, then what forward leaves, then their gradients.</summary>
    internal Activations Gates { get; }

    /// <summary>Shapes all buffers for a window.</summary>
    internal void Reshape(int timeSteps, int lanes)
    {
        Hidden.Reshape(timeSteps + 1, lanes);
        State.Reshape(timeSteps + 1, lanes);
        Saved.Reshape(timeSteps, lanes);
        DState.Reshape(1, lanes);
        Gates.Reshape(timeSteps, lanes);
    }
}
