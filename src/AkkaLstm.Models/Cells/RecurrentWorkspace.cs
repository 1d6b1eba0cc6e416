using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// All activations of a recurrent layer over a window, allocated once at the largest size; one per thread and layer.
/// </summary>
/// <remarks>
/// Outputs and states are kept with the carry beside them, T + 1 steps: before the first step or, where the layer
/// reads the window backwards, after the last.
/// </remarks>
public sealed class RecurrentWorkspace
{
    private readonly float[] _recurringRow = [];

    /// <summary>Allocates the buffers.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="shape">I, H and the projection.</param>
    /// <param name="maxTimeSteps">Largest T.</param>
    /// <param name="maxLanes">Largest B.</param>
    /// <param name="isReversed">Whether the layer goes through the window from its end to its start.</param>
    /// <param name="below">The layer below, for a cell with depth; null for the lowest.</param>
    public RecurrentWorkspace(
        RecurrentCell cell, RecurrentShape shape, int maxTimeSteps, int maxLanes, bool isReversed = false,
        RecurrentWorkspace? below = null)
    {
        ArgumentNullException.ThrowIfNull(cell);
        Shape = shape;
        IsReversed = isReversed;
        Hidden = new Activations(maxTimeSteps + 1, maxLanes, shape.OutputSize);
        DState = new Activations(1, maxLanes, shape.HiddenSize);
        int paddedSize = DState.BlockCount * Activations.BlockColumns;
        Gates = new Activations(maxTimeSteps, maxLanes, paddedSize * (cell.GateCount - cell.LateGateCount));
        if (cell.HasState)
        {
            State = new Activations(maxTimeSteps + 1, maxLanes, shape.HiddenSize);
            Saved = new Activations(maxTimeSteps, maxLanes, shape.HiddenSize);
        }

        if (cell.SplitsRecurrent)
            Recurrent = new Activations(maxTimeSteps, maxLanes, paddedSize * cell.GateCount);
        if (cell.LateGateCount > 0)
        {
            Late = new Activations(maxTimeSteps, maxLanes, paddedSize * cell.LateGateCount);
            LateOperand = new Activations(maxTimeSteps, maxLanes, shape.HiddenSize);
            DLateOperand = new Activations(1, maxLanes, shape.HiddenSize);
        }

        if (cell.RecurringGateCount > 0)
        {
            RecurringGates = new Activations(maxTimeSteps + 1, maxLanes, paddedSize * cell.RecurringGateCount);
            DRecurringGates = new Activations(1, maxLanes, paddedSize * cell.RecurringGateCount);
            _recurringRow = new float[RecurringGates.Columns];
            DSeenGates = new Activations(maxTimeSteps, maxLanes, RecurringGates.Columns);
            RecurringGradient = new float[checked(cell.RecurringGateCount * shape.HiddenSize * RecurringGates.Columns)];
        }

        if (cell.HasDepthState)
            Depth = new DepthBuffers(shape, maxTimeSteps, maxLanes, cell.HasDepthOutput, below?.Depth);
        Own = cell.MakeBuffers(shape, maxTimeSteps, maxLanes);
        if (cell.UnitRows > 0)
            DUnits = new Activations(1, maxLanes, paddedSize * cell.UnitRows);
        if (shape.ProjectionSize > 0)
        {
            Unprojected = new Activations(maxTimeSteps, maxLanes, shape.HiddenSize);
            DUnprojected = new Activations(1, maxLanes, shape.HiddenSize);
        }
    }

    /// <summary>I, H and the projection.</summary>
    public RecurrentShape Shape { get; }

    /// <summary>Whether the layer goes through the window from its end to its start.</summary>
    public bool IsReversed { get; }

    /// <summary>T of the last forward.</summary>
    public int TimeSteps => Gates.TimeSteps;

    /// <summary>B of the last forward.</summary>
    public int Lanes => Gates.Lanes;

    /// <summary>The step of <see cref="Hidden"/> that holds the output of time step 0.</summary>
    public int FirstOutput => IsReversed ? 0 : 1;

    /// <summary>What the layer above reads: h, unless the cell has another output for it.</summary>
    internal Activations Handed => Depth?.Output ?? Hidden;

    /// <summary>The step of <see cref="Handed"/> that holds time step 0.</summary>
    internal int FirstHanded => Depth?.Output is null ? FirstOutput : 0;

    /// <summary>h, (T + 1, B, R), with the carry beside the window.</summary>
    public Activations Hidden { get; }

    /// <summary>h of the step before each time step, (T, B, R): what the recurrent product read, for its gradient.</summary>
    internal MatrixView PreviousOutputs(RecurrentMask? mask) => GradientOperand(mask, Hidden, 1 - FirstOutput);

    /// <summary>The step of <see cref="Hidden"/> and <see cref="State"/> that the window starts from.</summary>
    internal int CarryIn => IsReversed ? TimeSteps : 0;

    /// <summary>The step of <see cref="Hidden"/> and <see cref="State"/> that the window ends with.</summary>
    internal int CarryOut => IsReversed ? 0 : TimeSteps;

    /// <summary>c, (T + 1, B, H), with the carry beside the window; null for a cell without.</summary>
    internal Activations? State { get; }

    /// <summary>What a cell with a state saves for backward, (T, B, H).</summary>
    internal Activations? Saved { get; }

    /// <summary>Gradient that goes from step to step without a product, (1, B, H).</summary>
    internal Activations DState { get; }

    /// <summary>
    /// The gates, interleaved, (T, B, gates): first their arguments, then what forward leaves, then their gradients.
    /// </summary>
    internal Activations Gates { get; }

    /// <summary>
    /// The recurrent part of the gates' arguments, (T, B, gates), as <see cref="Gates"/>; null for a cell that does
    /// not split.
    /// </summary>
    internal Activations? Recurrent { get; }

    /// <summary>The late gates, (T, B, late gates), as <see cref="Gates"/>, or null.</summary>
    internal Activations? Late { get; }

    /// <summary>What the recurrent product of the late gates reads, (T, B, H), or null.</summary>
    internal Activations? LateOperand { get; }

    /// <summary>Gradient of the late gates' operand, (1, B, H), or null.</summary>
    internal Activations? DLateOperand { get; }

    /// <summary>The gates that the next step's gates see, interleaved, (T + 1, B, gates), with the carry; or null.</summary>
    internal Activations? RecurringGates { get; }

    /// <summary>Scratch of their weights' gradient, (all gates' rows, gates).</summary>
    internal float[] RecurringGradient { get; } = [];

    /// <summary>Their gradient by the step after, (1, B, gates), or null.</summary>
    internal Activations? DRecurringGates { get; }

    /// <summary>Gradients of the arguments of the gates that recur, without g, (T, B, 3H); null for cells without.</summary>
    internal Activations? DSeenGates { get; }

    /// <summary>What goes from layer to layer beside the output, or null.</summary>
    internal DepthBuffers? Depth { get; }

    /// <summary>
    /// Room for what the recurrent product read times <see cref="RecurrentMask.Scale"/>, (T, B, H); null where no
    /// weights are dropped.
    /// </summary>
    internal Activations? Scaled { get; init; }

    /// <summary>What keeps units at their old values, or null.</summary>
    internal ZoneoutBuffers? Zoneout { get; init; }

    /// <summary>Buffers that only the cell knows, or null.</summary>
    internal CellBuffers? Own { get; }

    /// <summary>Gradients of the units' own parameters of each lane, interleaved, (1, B, rows), or null.</summary>
    internal Activations? DUnits { get; }

    /// <summary>The output before its projection, (T, B, H), or null.</summary>
    internal Activations? Unprojected { get; }

    /// <summary>Gradient of the output before its projection, (1, B, H), or null.</summary>
    internal Activations? DUnprojected { get; }

    /// <summary>
    /// The operand of the gradient of recurrent weights: what their product read, with the scale of the weights that
    /// are left. Scaling the sums instead would round them, and what is rounded depends on which shards are in it.
    /// </summary>
    /// <param name="mask">The weights' mask, or null.</param>
    /// <param name="rows">What the product read.</param>
    /// <param name="firstStep">The step of it that time step 0 read.</param>
    internal MatrixView GradientOperand(RecurrentMask? mask, Activations rows, int firstStep)
    {
        float scale = mask?.Scale ?? 1;
        if (scale == 1)
            return rows.Steps(firstStep, TimeSteps);
        Activations scaled = Scaled ?? throw new InvalidOperationException("The workspace is for weights that are never dropped.");
        SpanArithmetic.Scale(scale, rows.Data.Slice(firstStep * rows.StepLength, scaled.Data.Length), scaled.Data);
        return scaled.View();
    }

    /// <summary>Shapes all buffers for a window.</summary>
    internal void Reshape(int timeSteps, int lanes)
    {
        Hidden.Reshape(timeSteps + 1, lanes);
        State?.Reshape(timeSteps + 1, lanes);
        Saved?.Reshape(timeSteps, lanes);
        DState.Reshape(1, lanes);
        Scaled?.Reshape(timeSteps, lanes);
        Zoneout?.Reshape(timeSteps, lanes);
        Gates.Reshape(timeSteps, lanes);
        Recurrent?.Reshape(timeSteps, lanes);
        Late?.Reshape(timeSteps, lanes);
        LateOperand?.Reshape(timeSteps, lanes);
        DLateOperand?.Reshape(1, lanes);
        RecurringGates?.Reshape(timeSteps + 1, lanes);
        DRecurringGates?.Reshape(1, lanes);
        DSeenGates?.Reshape(timeSteps, lanes);
        Depth?.Reshape(timeSteps, lanes);
        Own?.Reshape(timeSteps, lanes);
        DUnits?.Reshape(1, lanes);
        Unprojected?.Reshape(timeSteps, lanes);
        DUnprojected?.Reshape(1, lanes);
    }

    /// <summary>Writes the state that the window starts from.</summary>
    /// <param name="carry">Lane b from b * <paramref name="stride"/> on; empty: all zero.</param>
    /// <param name="stride">Floats from one lane's carry to the next lane's.</param>
    internal void ReadCarry(ReadOnlySpan<float> carry, int stride)
    {
        if (carry.IsEmpty)
        {
            Hidden.Data.Slice(CarryIn * Hidden.StepLength, Hidden.StepLength).Clear();
            State?.Data.Slice(CarryIn * State.StepLength, State.StepLength).Clear();
            RecurringGates?.Data.Slice(CarryIn * RecurringGates.StepLength, RecurringGates.StepLength).Clear();
            return;
        }

        for (int lane = 0; lane < Lanes; lane++)
        {
            ReadOnlySpan<float> own = carry[(lane * stride)..];
            Hidden.WriteRow(CarryIn, lane, own[..Shape.OutputSize]);
            State?.WriteRow(CarryIn, lane, own.Slice(Shape.OutputSize, Shape.HiddenSize));
            RecurringGates?.WriteRow(CarryIn, lane, Interleaved(own[(Shape.OutputSize + Shape.HiddenSize)..]));
        }
    }

    /// <summary>Reads the state that the window ends with, unless nobody asks.</summary>
    /// <inheritdoc cref="ReadCarry"/>
    internal void WriteCarry(Span<float> carry, int stride)
    {
        if (carry.IsEmpty)
            return;
        for (int lane = 0; lane < Lanes; lane++)
        {
            Span<float> own = carry[(lane * stride)..];
            Hidden.ReadRow(CarryOut, lane, own[..Shape.OutputSize]);
            State?.ReadRow(CarryOut, lane, own.Slice(Shape.OutputSize, Shape.HiddenSize));
            if (RecurringGates is null)
                continue;
            RecurringGates.ReadRow(CarryOut, lane, _recurringRow);
            Separate(own[(Shape.OutputSize + Shape.HiddenSize)..]);
        }
    }

    /// <summary>A row of gates, one after the other, with 16 units of each in turn.</summary>
    private float[] Interleaved(ReadOnlySpan<float> gates)
    {
        Array.Clear(_recurringRow);
        var rows = new InterleavedRows(_recurringRow.Length / (DState.BlockCount * Activations.BlockColumns), Shape.HiddenSize);
        for (int block = 0; block < rows.BlockCount; block++)
            gates.Slice(rows.First(block), rows.CountIn(block)).CopyTo(_recurringRow.AsSpan(block * Activations.BlockColumns));
        return _recurringRow;
    }

    /// <summary>The other way round.</summary>
    private void Separate(Span<float> gates)
    {
        var rows = new InterleavedRows(_recurringRow.Length / (DState.BlockCount * Activations.BlockColumns), Shape.HiddenSize);
        for (int block = 0; block < rows.BlockCount; block++)
            _recurringRow.AsSpan(block * Activations.BlockColumns, rows.CountIn(block)).CopyTo(gates[rows.First(block)..]);
    }
}
