using System.Runtime.Intrinsics;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>The loops over a window that all cells share.</summary>
/// <typeparam name="TCell">The cell's arithmetic.</typeparam>
/// <remarks>
/// After Appleyard, Kocisky and Blunsom 2016 ("Optimizing Performance of Recurrent Neural Networks on GPUs"): one product for the input
/// projections of the whole window; per step only the recurrent product, whose sums go on from the projection, with the cell's
/// arithmetic as the epilogue of each panel; all weight gradients in one product each.
/// </remarks>
internal sealed unsafe class RecurrentWindow<TCell> : RecurrentCell
    where TCell : struct, ICell
{
    /// <inheritdoc/>
    public override int GateCount => TCell.GateCount;

    /// <inheritdoc/>
    public override int CarryCount => TCell.HasState ? 2 : 1;

    /// <inheritdoc/>
    internal override void Forward(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace,
        ReadOnlySpan<float> carryIn, Span<float> carryOut, int carryStride)
    {
        CheckInput(weights, input, workspace);
        int lanes = input.Lanes;
        CheckCarry(carryIn.Length, lanes, carryStride, weights.HiddenSize, nameof(carryIn));
        CheckCarry(carryOut.Length, lanes, carryStride, weights.HiddenSize, nameof(carryOut));
        workspace.Reshape(input.TimeSteps, lanes);
        ReadCarry(workspace, carryIn, carryStride);
        fixed (float* origin = &input.Origin)
        {
            PackedGemm.Run(
                path, input.At(origin), weights.Input, Operand.Of(workspace.Gates, 0, input.TimeSteps), TileStart.Bias, weights.Bias.Pointer);
        }

        for (int step = 0; step < input.TimeSteps; step++)
        {
            Operand previous = Operand.Of(workspace.Hidden, step, 1);
            Operand gates = Operand.Of(workspace.Gates, step, 1);
            var cell = new ForwardStep(workspace, step);
            if (path == SimdPath.Avx512)
                GemmLoop.Run<Simd512, Vector512<float>, ForwardStep>(previous, weights.Hidden, gates, TileStart.C, null, ref cell);
            else if (path == SimdPath.Avx2)
                GemmLoop.Run<Simd256, Vector256<float>, ForwardStep>(previous, weights.Hidden, gates, TileStart.C, null, ref cell);
            else
                GemmLoop.Run<Simd128, Vector128<float>, ForwardStep>(previous, weights.Hidden, gates, TileStart.C, null, ref cell);
        }

        WriteCarry(workspace, carryOut, carryStride);
        GC.KeepAlive(weights);
        GC.KeepAlive(workspace);
    }

    /// <inheritdoc/>
    internal override void Backward(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace, Activations dOutput,
        Activations? dInput, int shardCount, RecurrentGradient gradient)
    {
        CheckInput(weights, input, workspace);
        int steps = input.TimeSteps;
        int lanes = input.Lanes;
        if (workspace.TimeSteps != steps || workspace.Lanes != lanes)
            throw new ArgumentException("The workspace holds another window.", nameof(workspace));
        if (dOutput.TimeSteps != steps || dOutput.Lanes != lanes || dOutput.Columns != weights.HiddenSize)
            throw new ArgumentException($"The gradient of the outputs must be ({steps}, {lanes}, {weights.HiddenSize}).", nameof(dOutput));
        workspace.DState.Data.Clear();
        for (int step = steps - 1; step >= 0; step--)
        {
            var cell = new BackwardStep(workspace, dOutput, step);
            Operand dh = Operand.Of(dOutput, step, 1);
            Operand dGates = step + 1 < steps ? Operand.Of(workspace.Gates, step + 1, 1) : default;
            if (path == SimdPath.Avx512)
                BackwardAt<Simd512, Vector512<float>>(dGates, weights.HiddenBack, dh, ref cell);
            else if (path == SimdPath.Avx2)
                BackwardAt<Simd256, Vector256<float>>(dGates, weights.HiddenBack, dh, ref cell);
            else
                BackwardAt<Simd128, Vector128<float>>(dGates, weights.HiddenBack, dh, ref cell);
        }

        Operand allGates = Operand.Of(workspace.Gates, 0, steps);
        if (dInput is not null)
            InputGradient(path, weights, allGates, steps, lanes, dInput);
        WeightGradients(path, weights, input, workspace, shardCount, gradient);
        GC.KeepAlive(weights);
        GC.KeepAlive(workspace);
        GC.KeepAlive(dOutput);
        GC.KeepAlive(dInput);
    }

    /// <summary>Completes dh(t) by what flows back through the gates of t + 1, if there is such a step, and applies the cell to it.</summary>
    private static void BackwardAt<TSimd, TVector>(in Operand dGates, PackedMatrix hiddenBack, in Operand dh, ref BackwardStep cell)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        if (dGates.Rows > 0)
            GemmLoop.Run<TSimd, TVector, BackwardStep>(dGates, hiddenBack, dh, TileStart.C, null, ref cell);
        else
            cell.Finish<TSimd, TVector>(0, dh.Rows, 0, hiddenBack.PaddedColumns);
    }

    private static void InputGradient(
        SimdPath path, RecurrentWeights weights, in Operand dGates, int steps, int lanes, Activations dInput)
    {
        if (weights.InputBack is null)
            throw new ArgumentException("The weights were made without the gradient of the input.", nameof(weights));
        if (dInput.TimeSteps != steps || dInput.Lanes != lanes || dInput.Columns != weights.InputSize)
            throw new ArgumentException($"The gradient of the input must be ({steps}, {lanes}, {weights.InputSize}).", nameof(dInput));
        PackedGemm.Run(path, dGates, weights.InputBack, Operand.Of(dInput, 0, steps), TileStart.Zero, null);
    }

    private static void WeightGradients(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace, int shardCount, RecurrentGradient gradient)
    {
        WeightGradient.Multiply(
            path, workspace.Gates.View(), weights.Rows, shardCount, input, gradient.InputWeights,
            workspace.Hidden.Steps(0, input.TimeSteps), gradient.HiddenWeights, gradient.InputBias);
        gradient.InputBias.CopyTo(gradient.HiddenBias);
    }

    private static void ReadCarry(RecurrentWorkspace workspace, ReadOnlySpan<float> carry, int stride)
    {
        if (carry.IsEmpty)
        {
            workspace.Hidden.Data[..workspace.Hidden.StepLength].Clear();
            workspace.State.Data[..workspace.State.StepLength].Clear();
            return;
        }

        int size = workspace.HiddenSize;
        for (int lane = 0; lane < workspace.Lanes; lane++)
        {
            ReadOnlySpan<float> own = carry.Slice(lane * stride);
            workspace.Hidden.WriteRow(0, lane, own[..size]);
            if (TCell.HasState)
                workspace.State.WriteRow(0, lane, own.Slice(size, size));
        }
    }

    private static void WriteCarry(RecurrentWorkspace workspace, Span<float> carry, int stride)
    {
        if (carry.IsEmpty)
            return;
        int size = workspace.HiddenSize;
        for (int lane = 0; lane < workspace.Lanes; lane++)
        {
            Span<float> own = carry.Slice(lane * stride);
            workspace.Hidden.ReadRow(workspace.TimeSteps, lane, own[..size]);
            if (TCell.HasState)
                workspace.State.ReadRow(workspace.TimeSteps, lane, own.Slice(size, size));
        }
    }

    private static void CheckInput(RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace)
    {
        if (weights.GateCount != TCell.GateCount)
            throw new ArgumentException("The weights are for another cell.", nameof(weights));
        if (input.Columns != weights.InputSize)
            throw new ArgumentException($"The input has {input.Columns} columns; the weights take {weights.InputSize}.", nameof(input));
        if (workspace.HiddenSize != weights.HiddenSize)
            throw new ArgumentException($"The workspace is for {workspace.HiddenSize} units, not {weights.HiddenSize}.", nameof(workspace));
    }

    private static void CheckCarry(int length, int lanes, int stride, int hiddenSize, string name)
    {
        int own = (TCell.HasState ? 2 : 1) * hiddenSize;
        if (length != 0 && (stride < own || length < (long)(lanes - 1) * stride + own))
            throw new ArgumentException($"{lanes} lanes with stride {stride} need more than {length} floats.", name);
    }

    /// <summary>The gates of one time step, once their arguments are complete.</summary>
    private readonly struct ForwardStep : IPanelEpilogue
    {
        private readonly CellForward _step;
        private readonly nint _blockStride;

        public ForwardStep(RecurrentWorkspace workspace, int step)
        {
            nint stateLength = workspace.Hidden.StepLength;
            _blockStride = (nint)workspace.Lanes * Activations.BlockColumns;
            _step = new CellForward
            {
                Gates = workspace.Gates.Pointer + (nint)step * workspace.Gates.StepLength,
                GateStride = _blockStride,
                PreviousState = workspace.State.Pointer + step * stateLength,
                State = workspace.State.Pointer + (step + 1) * stateLength,
                Output = workspace.Hidden.Pointer + (step + 1) * stateLength,
                Saved = workspace.Saved.Pointer + step * stateLength,
            };
        }

        /// <inheritdoc/>
        public void Finish<TSimd, TVector>(int firstRow, int rowCount, int firstColumn, int endColumn)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            const int width = Activations.BlockColumns;
            for (int column = firstColumn; column < endColumn; column += TCell.GateCount * width)
            {
                int group = column / (TCell.GateCount * width);
                nint offset = group * _blockStride + firstRow * width;
                CellForward run = _step;
                run.Count = rowCount * width;
                run.Gates += column / width * _blockStride + firstRow * width;
                run.PreviousState += offset;
                run.State += offset;
                run.Output += offset;
                run.Saved += offset;
                TCell.Forward<TSimd, TVector>(run);
            }
        }
    }

    /// <summary>The gradients of the gates of one time step, once dh is complete.</summary>
    private readonly struct BackwardStep : IPanelEpilogue
    {
        private readonly CellBackward _step;
        private readonly nint _blockStride;

        public BackwardStep(RecurrentWorkspace workspace, Activations dOutput, int step)
        {
            nint stateLength = workspace.Hidden.StepLength;
            _blockStride = (nint)workspace.Lanes * Activations.BlockColumns;
            _step = new CellBackward
            {
                Gates = workspace.Gates.Pointer + (nint)step * workspace.Gates.StepLength,
                GateStride = _blockStride,
                PreviousState = workspace.State.Pointer + step * stateLength,
                Saved = workspace.Saved.Pointer + step * stateLength,
                DOutput = dOutput.Pointer + step * stateLength,
                DState = workspace.DState.Pointer,
            };
        }

        /// <inheritdoc/>
        public void Finish<TSimd, TVector>(int firstRow, int rowCount, int firstColumn, int endColumn)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            const int width = Activations.BlockColumns;
            for (int column = firstColumn; column < endColumn; column += width)
            {
                nint offset = column / width * _blockStride + firstRow * width;
                CellBackward run = _step;
                run.Count = rowCount * width;
                run.Gates += column / width * TCell.GateCount * _blockStride + firstRow * width;
                run.PreviousState += offset;
                run.Saved += offset;
                run.DOutput += offset;
                run.DState += offset;
                TCell.Backward<TSimd, TVector>(run);
            }
        }
    }
}
