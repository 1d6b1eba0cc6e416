using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// The arithmetic of a recurrent cell on some units at one time step. All else (products, window, buffers, carry, weight gradients)
/// is shared: a new cell is one struct that implements this.
/// </summary>
/// <remarks>
/// The methods are called with runs of units that lie side by side, a multiple of 16 long, while the products they wait for are in the
/// first-level cache. Runs include padding units, whose weights and inputs are zero: a cell must give them output and state 0 and,
/// for zero gradients, gradients 0.
/// </remarks>
internal interface ICell
{
    /// <summary>Rows of weights per unit (4 for LSTM: i, f, g, o); 1, 2 or 4.</summary>
    static abstract int GateCount { get; }

    /// <summary>Carried values per unit beside the output h (1 for LSTM: c).</summary>
    static abstract bool HasState { get; }

    /// <summary>Computes outputs and states from the gates' arguments, which it replaces by whatever backward wants to find there.</summary>
    static abstract void Forward<TSimd, TVector>(in CellForward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>Computes the gradients of the gates' arguments, in place of what forward left there, and of the state before.</summary>
    static abstract void Backward<TSimd, TVector>(in CellBackward step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;
}

/// <summary>Where a cell's forward finds its operands. All runs are <see cref="Count"/> floats long.</summary>
internal unsafe struct CellForward
{
    /// <summary>Number of floats in each run.</summary>
    public nint Count;

    /// <summary>Gate 0: in, the argument W x + U h + b; out, what backward needs.</summary>
    public float* Gates;

    /// <summary>Floats from one gate's run to the next gate's.</summary>
    public nint GateStride;

    /// <summary>State of the step before.</summary>
    public float* PreviousState;

    /// <summary>Receives the state.</summary>
    public float* State;

    /// <summary>Receives the output h.</summary>
    public float* Output;

    /// <summary>Receives one more value that backward needs.</summary>
    public float* Saved;
}

/// <summary>Where a cell's backward finds its operands. All runs are <see cref="Count"/> floats long.</summary>
internal unsafe struct CellBackward
{
    /// <summary>Number of floats in each run.</summary>
    public nint Count;

    /// <summary>Gate 0: in, what forward left; out, the gradient of its argument.</summary>
    public float* Gates;

    /// <summary>Floats from one gate's run to the next gate's.</summary>
    public nint GateStride;

    /// <summary>State of the step before.</summary>
    public float* PreviousState;

    /// <summary>What forward saved.</summary>
    public float* Saved;

    /// <summary>Gradient of the output, complete.</summary>
    public float* DOutput;

    /// <summary>In: gradient of the state from the step after. Out: gradient of the state of the step before.</summary>
    public float* DState;
}
