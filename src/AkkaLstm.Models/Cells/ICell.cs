using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// The arithmetic of a recurrent cell on some units at one time step. All else (products, window, buffers, carry,
/// weight gradients) is shared: a new cell is one struct that implements this, and one line in <see
/// cref="CellKind"/>.
/// </summary>
/// <remarks>
/// <see cref="Forward"/> and <see cref="Backward"/> are called with runs of units that lie side by side, a multiple
/// of 16 long, while the
/// products they wait for are in the nearest caches. Runs include padding units, whose weights and inputs are zero: a
/// cell must give them output and state 0 and, for zero gradients, gradients 0.
/// </remarks>
internal interface ICell
{
    /// <summary>G, rows of weights per unit (4 for LSTM: i, f, g, o).</summary>
    static abstract int GateCount { get; }

    /// <summary>Whether a state c is carried beside the output h.</summary>
    static abstract bool HasState { get; }

    /// <summary>
    /// Whether a state is handed at every time step from layer to layer, beside the output: the lowest layer gets
    /// zeros.
    /// </summary>
    static virtual bool HasDepthState => false;

    /// <summary>
    /// Whether the layer above reads another output (<see cref="CellForward.DepthOutput"/>) than the next step.
    /// </summary>
    static virtual bool HasDepthOutput => false;

    /// <summary>PyTorch's name of such a layer, the first part of its tensors' names.</summary>
    static abstract string ModuleName { get; }

    /// <summary>
    /// Whether the cell wants W x + b_ih and U h + b_hh apart (the second in <see cref="CellForward.Recurrent"/>)
    /// instead of their sum.
    /// </summary>
    static virtual bool SplitsRecurrent => false;

    /// <summary>The gate whose bias <c>forgetBias</c> sets; null where the cell has none.</summary>
    static virtual int? ForgetGate => null;

    /// <summary>
    /// How many of the gates, g left out, the next step's gates see too (full gate recurrence); they are (<see
    /// cref="CellForward.RecurringGates"/>) in the order of the gates.
    /// </summary>
    static virtual int RecurringGateCount => 0;

    /// <summary>Whether the layer keeps the parameters that it starts from.</summary>
    static virtual bool IsFixed => false;

    /// <summary>Whether some recurrent connections are missing, as <see cref="IsConnected"/> has it.</summary>
    static virtual bool HasPartialRecurrence => false;

    /// <summary>A number of each unit that is not learned, such as a period; null where there is none.</summary>
    static virtual Func<RecurrentShape, int, float>? UnitConstant => null;

    /// <summary>As <see cref="RecurrentCell.InputGate"/>.</summary>
    static virtual int? InputGate => null;

    /// <summary>Parameters of single units, such as peepholes.</summary>
    static virtual IReadOnlyList<UnitTensor> UnitTensors => [];

    /// <summary>Whether a unit sees the old output of another.</summary>
    static virtual bool IsConnected(RecurrentShape shape, int unit, int from) => true;

    /// <summary>
    /// The cell's equations in double precision: the twin of <see cref="Forward"/> and, differentiated, of <see
    /// cref="Backward"/>.
    /// </summary>
    static abstract Equations Equations(in EquationStep step);

    /// <summary>
    /// Computes outputs and states from the gates' arguments, which it replaces by whatever backward wants to find
    /// there.
    /// </summary>
    static abstract void Forward<TSimd, TVector>(in CellForward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>
    /// Computes the gradients of the gates' arguments, in place of what forward left there, and of what came from the
    /// step before.
    /// </summary>
    static abstract void Backward<TSimd, TVector>(in CellBackward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;
}

/// <summary>Parameters of which every unit has some of its own: a tensor (rows, H).</summary>
/// <param name="Name">Name in files, before the layer's suffix.</param>
/// <param name="Rows">Values of each unit.</param>
/// <param name="Start">What training starts from; null: as the biases do.</param>
internal sealed record UnitTensor(string Name, int Rows, float? Start = null);

/// <summary>Where a cell's forward finds its operands. All runs are <see cref="Count"/> floats long.</summary>
internal unsafe struct CellForward
{
    /// <summary>Number of floats in each run.</summary>
    public nint Count;

    /// <summary>
    /// Gate 0: in, the argument W x + U h + b (or W x + b_ih for a cell that splits); out, what backward needs.
    /// </summary>
    public float* Gates;

    /// <summary>Gate 0 of U h + b_hh, for a cell that splits; backward finds what is left there.</summary>
    public float* Recurrent;

    /// <summary>Floats from one gate's run to the next gate's.</summary>
    public nint GateStride;

    /// <summary>State of the step before.</summary>
    public float* PreviousState;

    /// <summary>Output of the step before.</summary>
    public float* PreviousOutput;

    /// <summary>Receives the state.</summary>
    public float* State;

    /// <summary>Receives the output h.</summary>
    public float* Output;

    /// <summary>Receives one more value that backward needs, for a cell with a state.</summary>
    public float* Saved;

    /// <summary>Constants of the 16 units.</summary>
    public float* Constants;

    /// <summary>Receives the gates that the next step's gates see, <see cref="GateStride"/> apart.</summary>
    public float* RecurringGates;

    /// <summary>State of the layer below at this step, for a cell with depth.</summary>
    public float* Below;

    /// <summary>Receives the state for the layer above, for a cell with depth.</summary>
    public float* DepthState;

    /// <summary>Receives the output for the layer above, for a cell that has one of its own.</summary>
    public float* DepthOutput;

    /// <summary>The units' own parameters: row p of the unit of element n is at 16 p + n % 16.</summary>
    public float* Units;
}

/// <summary>Where a cell's backward finds its operands. All runs are <see cref="Count"/> floats long.</summary>
internal unsafe struct CellBackward
{
    /// <summary>Number of floats in each run.</summary>
    public nint Count;

    /// <summary>
    /// Gate 0: in, what forward left; out, the gradient of its argument (by W x + b_ih for a cell that splits).
    /// </summary>
    public float* Gates;

    /// <summary>Gate 0 of U h + b_hh, for a cell that splits: in, what forward left; out, the gradient.</summary>
    public float* Recurrent;

    /// <summary>Floats from one gate's run to the next gate's.</summary>
    public nint GateStride;

    /// <summary>State of the step before.</summary>
    public float* PreviousState;

    /// <summary>Output of the step before.</summary>
    public float* PreviousOutput;

    /// <summary>State.</summary>
    public float* State;

    /// <summary>What forward saved.</summary>
    public float* Saved;

    /// <summary>Constants of the 16 units.</summary>
    public float* Constants;

    /// <summary>Gradient of the recurring gates by the step after, <see cref="GateStride"/> apart.</summary>
    public float* DRecurringGates;

    /// <summary>State of the layer below at this step, for a cell with depth.</summary>
    public float* Below;

    /// <summary>State for the layer above.</summary>
    public float* DepthState;

    /// <summary>Gradient of <see cref="DepthState"/>.</summary>
    public float* DDepthState;

    /// <summary>Gradient of the output for the layer above, for a cell that has one of its own.</summary>
    public float* DDepthOutput;

    /// <summary>Receives the gradient of <see cref="Below"/>.</summary>
    public float* DBelow;

    /// <summary>Gradient of the output by the loss and by the products of the step after.</summary>
    public float* DOutput;

    /// <summary>
    /// In: gradient of the state (of the output, for a cell without state) that comes from the step after without a
    /// product. Out: the same for the step before.
    /// </summary>
    public float* DState;

    /// <summary>The units' own parameters, as in <see cref="CellForward.Units"/>.</summary>
    public float* Units;

    /// <summary>
    /// Gradients of the units' own parameters, of each lane apart; to be added to. Rows are <see cref="GateStride"/>
    /// apart.
    /// </summary>
    public float* DUnits;
}
