using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Random;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// Zoneout (Krueger et al. 2017, "Zoneout: Regularizing RNNs by Randomly Preserving Hidden Activations"): after each
/// step h = k h_new + (1 - k) h', and the same of c. In training k is 0 with the probability z, else 1; in evaluation
/// it is 1 - z.
/// </summary>
internal sealed unsafe class ZoneoutBuffers : CellBuffers
{
    private readonly Half _output;
    private readonly Half? _state;
    private readonly float[] _rows;

    /// <summary>Makes the buffers of a layer and direction.</summary>
    internal ZoneoutBuffers(ModelSpec spec, int maxTimeSteps, int maxLanes)
    {
        int size = spec.HiddenSize;
        _output = new Half(spec.Zoneout, maxTimeSteps, maxLanes, size);
        if (RecurrentCell.Of(spec.Cell).HasState)
        {
            _state = new Half(spec.ZoneoutState, maxTimeSteps, maxLanes, size);
            NewState = new Activations(maxTimeSteps, maxLanes, size);
        }

        _rows = new float[checked(maxTimeSteps * maxLanes * size)];
    }

    /// <summary>c as the cell gave it, (T, B, H): what its backward reads; null for a cell without.</summary>
    internal Activations? NewState { get; }

    /// <summary>Draws the shares of a window, or sets them to their means for evaluation.</summary>
    /// <param name="timeSteps">T.</param>
    /// <param name="lanes">B.</param>
    /// <param name="firstLane">Absolute index of lane 0.</param>
    /// <param name="key">The step's key; null for evaluation.</param>
    /// <param name="layer">Index of layer and direction.</param>
    internal void Draw(int timeSteps, int lanes, int firstLane, StepKey? key, int layer)
    {
        Reshape(timeSteps, lanes);
        _output.Draw(_rows, firstLane, key, 2 * layer);
        _state?.Draw(_rows, firstLane, key, (2 * layer) + 1);
    }

    /// <summary>Nothing comes from behind the window.</summary>
    internal void BeginBackward() => _output.Kept.Data.Clear();

    /// <inheritdoc/>
    internal override void Reshape(int timeSteps, int lanes)
    {
        _output.Reshape(timeSteps, lanes);
        _state?.Reshape(timeSteps, lanes);
        NewState?.Reshape(timeSteps, lanes);
    }

    /// <summary>The run of a step at an offset in it.</summary>
    internal ZoneoutRun At(int step, nint offset)
    {
        nint at = (nint)step * _output.Share.StepLength + offset;
        return new ZoneoutRun
        {
            OutputShare = _output.Share.Pointer + at,
            StateShare = _state is null ? null : _state.Share.Pointer + at,
            NewState = NewState is null ? null : NewState.Pointer + at,
            OutputKept = _output.Kept.Pointer + offset,
            StateKept = _state is null ? null : _state.Kept.Pointer + offset,
        };
    }

    /// <summary>Shares of the output or of the state.</summary>
    private sealed class Half(float probability, int maxTimeSteps, int maxLanes, int size)
    {
        /// <summary>k, (T, B, H).</summary>
        public Activations Share { get; } = new(maxTimeSteps, maxLanes, size);

        /// <summary>What goes back to the old value, (1, B, H).</summary>
        public Activations Kept { get; } = new(1, maxLanes, size);

        public void Draw(float[] rows, int firstLane, StepKey? key, int index)
        {
            if (key is not { } step)
            {
                Share.Data.Fill(1 - probability);
                return;
            }

            Span<float> own = rows.AsSpan(0, Share.TimeSteps * Share.Lanes * size);
            var numbers = new RandomKey(step.Seed, RandomPurpose.Zoneout, step.Step, index);
            DropoutMask.Fill(numbers, probability, kept: 1, Share.TimeSteps, Share.Lanes, firstLane, size, own, size);
            Share.CopyFrom(own);
        }

        public void Reshape(int timeSteps, int lanes)
        {
            Share.Reshape(timeSteps, lanes);
            Kept.Reshape(1, lanes);
        }
    }
}

/// <summary>Zoneout of some units at one time step, around a cell's forward and backward.</summary>
internal unsafe struct ZoneoutRun
{
    /// <summary>k of the output.</summary>
    public float* OutputShare;

    /// <summary>k of the state; null for a cell without.</summary>
    public float* StateShare;

    /// <summary>c as the cell gives it.</summary>
    public float* NewState;

    /// <summary>Gradient of the output that goes back to the old one.</summary>
    public float* OutputKept;

    /// <summary>The same of the state, while the cell computes.</summary>
    public float* StateKept;

    /// <summary>Mixes what the cell gave with what was before.</summary>
    public readonly void Forward<TSimd, TVector>(in CellForward cell, float* state)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (nint n = 0; n < cell.Count; n += TSimd.Width)
        {
            Mix<TSimd, TVector>(OutputShare + n, cell.Output + n, cell.PreviousOutput + n, cell.Output + n);
            if (StateShare is not null)
                Mix<TSimd, TVector>(StateShare + n, NewState + n, cell.PreviousState + n, state + n);
        }
    }

    /// <summary>From the gradients of the mixture to those of what the cell gave.</summary>
    public readonly void BeginBackward<TSimd, TVector>(in CellBackward cell)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector zero = TSimd.Broadcast(0f);
        for (nint n = 0; n < cell.Count; n += TSimd.Width)
        {
            TVector dh = TSimd.Add(TSimd.Load(cell.DOutput + n), TSimd.Load(OutputKept + n));
            if (StateShare is null)
            {
                // Without a state it is the output that comes back here without a product.
                dh = TSimd.Add(dh, TSimd.Load(cell.DState + n));
                TSimd.Store(cell.DState + n, zero);
            }
            else
            {
                Split<TSimd, TVector>(StateShare + n, TSimd.Load(cell.DState + n), cell.DState + n, StateKept + n);
            }

            Split<TSimd, TVector>(OutputShare + n, dh, cell.DOutput + n, OutputKept + n);
        }
    }

    /// <summary>Adds what went past the cell.</summary>
    public readonly void EndBackward<TSimd, TVector>(in CellBackward cell)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (nint n = 0; StateShare is not null && n < cell.Count; n += TSimd.Width)
            TSimd.Store(cell.DState + n, TSimd.Add(TSimd.Load(cell.DState + n), TSimd.Load(StateKept + n)));
    }

    private static void Mix<TSimd, TVector>(float* share, float* fresh, float* old, float* result)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector k = TSimd.Load(share);
        TVector kept = TSimd.Multiply(TSimd.Subtract(TSimd.Broadcast(1f), k), TSimd.Load(old));
        TSimd.Store(result, TSimd.FusedMultiplyAdd(k, TSimd.Load(fresh), kept));
    }

    private static void Split<TSimd, TVector>(float* share, TVector gradient, float* fresh, float* old)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector k = TSimd.Load(share);
        TVector d = TinyValues.Flush<TSimd, TVector>(gradient, TinyValues.ActivationGradient);
        TSimd.Store(fresh, TSimd.Multiply(k, d));
        TSimd.Store(old, TSimd.Multiply(TSimd.Subtract(TSimd.Broadcast(1f), k), d));
    }
}
