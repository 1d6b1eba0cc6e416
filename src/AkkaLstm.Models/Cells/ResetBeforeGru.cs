using System.Runtime.Intrinsics;
using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// Gated recurrent unit as published (Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder";
/// equations 5 to 8): r, z = sigmoid(W x + b + U h' + b'); n = tanh(W x + b + U (r h') + b'); h = (1 - z) n + z h'.
/// </summary>
/// <remarks>
/// The product for n can start only when r is known for all units, so a step has two products with an epilogue each,
/// and the layer a loop of its own. n is the late gate: its weights and activations lie apart. Forward leaves r, z, n
/// in place of their arguments.
/// </remarks>
internal sealed unsafe class ResetBeforeGru : RecurrentCell
{
    private const int Width = Activations.BlockColumns;

    /// <inheritdoc/>
    public override int GateCount => 3;

    /// <inheritdoc/>
    public override bool HasState => false;

    /// <inheritdoc/>
    public override string ModuleName => "gru";

    /// <inheritdoc/>
    internal override int LateGateCount => 1;

    /// <inheritdoc/>
    internal override Equations Equations(in EquationStep step)
    {
        Node r = step.Gate(0).Sigmoid();
        Node z = step.Gate(1).Sigmoid();
        Node n = (step.Input(2) + step.Recurrent(2, r * step.Output)).Tanh();
        return new Equations(((1 - z) * n) + (z * step.Output));
    }

    /// <inheritdoc/>
    internal override void Forward(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace,
        ReadOnlySpan<float> carryIn, Span<float> carryOut, int carryStride)
    {
        WindowChecks.Forward(this, weights, input, workspace, carryIn.Length, carryOut.Length, carryStride);
        int steps = input.TimeSteps;
        workspace.Reshape(steps, input.Lanes);
        workspace.ReadCarry(carryIn, carryStride);
        RecurrentWeights late = weights.Late!;
        fixed (float* origin = &input.Origin)
        {
            Operand x = input.At(origin);
            PackedGemm.Run(path, x, weights.Input, Operand.Of(workspace.Gates, 0, steps), TileStart.Bias, weights.Bias.Pointer);
            PackedGemm.Run(path, x, late.Input, Operand.Of(workspace.Late!, 0, steps), TileStart.Bias, late.Bias.Pointer);
        }

        for (int i = 0; i < steps; i++)
        {
            int step = workspace.IsReversed ? steps - 1 - i : i;
            if (path == SimdPath.Avx512)
                ForwardAt<Simd512, Vector512<float>>(weights, workspace, step);
            else if (path == SimdPath.Avx2)
                ForwardAt<Simd256, Vector256<float>>(weights, workspace, step);
            else
                ForwardAt<Simd128, Vector128<float>>(weights, workspace, step);
        }

        workspace.WriteCarry(carryOut, carryStride);
        GC.KeepAlive(weights);
        GC.KeepAlive(workspace);
    }

    /// <inheritdoc/>
    private protected override void RunBackward(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace, Activations dOutput,
        Activations? dInput, int shardCount, RecurrentGradient gradient)
    {
        WindowChecks.Backward(this, weights, input, workspace, dOutput, dInput);
        int steps = input.TimeSteps;
        workspace.DState.Data.Clear();
        for (int i = steps - 1; i >= 0; i--)
        {
            int step = workspace.IsReversed ? steps - 1 - i : i;
            int after = workspace.IsReversed ? step - 1 : step + 1;
            Operand dGates = i + 1 < steps ? Operand.Of(workspace.Gates, after, 1) : default;
            if (path == SimdPath.Avx512)
                BackwardAt<Simd512, Vector512<float>>(weights, workspace, dOutput, dGates, step);
            else if (path == SimdPath.Avx2)
                BackwardAt<Simd256, Vector256<float>>(weights, workspace, dOutput, dGates, step);
            else
                BackwardAt<Simd128, Vector128<float>>(weights, workspace, dOutput, dGates, step);
        }

        if (dInput is not null)
        {
            Operand target = Operand.Of(dInput, 0, steps);
            PackedGemm.Run(path, Operand.Of(workspace.Gates, 0, steps), weights.InputBack!, target, TileStart.Zero, null);
            PackedGemm.Run(path, Operand.Of(workspace.Late!, 0, steps), weights.Late!.InputBack!, target, TileStart.C, null);
        }

        WeightGradients(path, weights, input, workspace, shardCount, gradient);
        GC.KeepAlive(weights);
        GC.KeepAlive(workspace);
        GC.KeepAlive(dOutput);
        GC.KeepAlive(dInput);
    }

    private static void WeightGradients(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace, int shardCount, RecurrentGradient gradient)
    {
        RecurrentGradient early = gradient.GatesOf(weights.Shape, 0, weights.GateCount);
        RecurrentGradient late = gradient.GatesOf(weights.Shape, weights.GateCount, weights.Late!.GateCount);
        WeightGradient.Multiply(
            path, workspace.Gates.View(), weights.Rows, shardCount, input, early.InputWeights, workspace.PreviousOutputs(weights.Mask),
            early.HiddenWeights, early.InputBias);
        WeightGradient.Multiply(
            path, workspace.Late!.View(), weights.Late.Rows, shardCount, input, late.InputWeights, workspace.GradientOperand(weights.Mask, workspace.LateOperand!, 0),
            late.HiddenWeights, late.InputBias);
        gradient.InputBias.CopyTo(gradient.HiddenBias);
    }

    private static void ForwardAt<TSimd, TVector>(RecurrentWeights weights, RecurrentWorkspace workspace, int step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var pointers = new StepPointers(workspace, step);
        var reset = new ResetStep(pointers);
        GemmLoop.Run<TSimd, TVector, ResetStep>(
            Operand.Of(workspace.Hidden, step + 1 - workspace.FirstOutput, 1), weights.Hidden, Operand.Of(workspace.Gates, step, 1),
            TileStart.C, null, ref reset);
        var output = new OutputStep(pointers);
        GemmLoop.Run<TSimd, TVector, OutputStep>(
            Operand.Of(workspace.LateOperand!, step, 1), weights.Late!.Hidden, Operand.Of(workspace.Late!, step, 1),
            TileStart.C, null, ref output);
    }

    private static void BackwardAt<TSimd, TVector>(
        RecurrentWeights weights, RecurrentWorkspace workspace, Activations dOutput, in Operand dGates, int step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var pointers = new StepPointers(workspace, step)
        {
            DOutput = dOutput.Pointer + (nint)step * dOutput.StepLength,
        };
        Operand dh = Operand.Of(dOutput, step, 1);
        var output = new OutputBackStep(pointers);
        if (dGates.Rows > 0)
            GemmLoop.Run<TSimd, TVector, OutputBackStep>(dGates, weights.HiddenBack, dh, TileStart.C, null, ref output);
        else
            output.Finish<TSimd, TVector>(0, dh.Rows, 0, weights.HiddenBack.PaddedColumns);
        var reset = new ResetBackStep(pointers);
        GemmLoop.Run<TSimd, TVector, ResetBackStep>(
            Operand.Of(workspace.Late!, step, 1), weights.Late!.HiddenBack, Operand.Of(workspace.DLateOperand!, 0, 1),
            TileStart.Zero, null, ref reset);
    }

    /// <summary>Where the rows of a time step are.</summary>
    private struct StepPointers(RecurrentWorkspace workspace, int step)
    {
        public readonly nint BlockStride = (nint)workspace.Lanes * Width;
        public float* Gates = workspace.Gates.Pointer + (nint)step * workspace.Gates.StepLength;
        public float* Candidate = workspace.Late!.Pointer + (nint)step * workspace.Late.StepLength;
        public float* Reset = workspace.LateOperand!.Pointer + (nint)step * workspace.LateOperand.StepLength;
        public float* PreviousOutput =
            workspace.Hidden.Pointer + (step + 1 - workspace.FirstOutput) * (nint)workspace.Hidden.StepLength;

        public float* Output = workspace.Hidden.Pointer + (step + workspace.FirstOutput) * (nint)workspace.Hidden.StepLength;
        public float* DState = workspace.DState.Pointer;
        public float* DReset = workspace.DLateOperand!.Pointer;
        public float* DOutput = null;

        /// <summary>The same for some rows of a block of 16 units; gates r and z lie a block apart.</summary>
        public readonly StepPointers At(int block, int firstRow)
        {
            nint offset = block * BlockStride + firstRow * Width;
            StepPointers at = this;
            at.Gates += 2 * block * BlockStride + firstRow * Width;
            at.Candidate += offset;
            at.Reset += offset;
            at.PreviousOutput += offset;
            at.Output += offset;
            at.DState += offset;
            at.DReset += offset;
            at.DOutput += offset;
            return at;
        }
    }

    /// <summary>r, z and r h', once their arguments are complete.</summary>
    private readonly struct ResetStep(StepPointers step) : IPanelEpilogue
    {
        /// <inheritdoc/>
        public void Finish<TSimd, TVector>(int firstRow, int rowCount, int firstColumn, int endColumn)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            for (int block = firstColumn / (2 * Width); block < endColumn / (2 * Width); block++)
            {
                StepPointers at = step.At(block, firstRow);
                float* gateZ = at.Gates + at.BlockStride;
                for (nint k = 0; k < rowCount * Width; k += TSimd.Width)
                {
                    TVector r = VectorMath<TSimd, TVector>.Sigmoid(TSimd.Load(at.Gates + k));
                    TSimd.Store(at.Gates + k, r);
                    TSimd.Store(at.Reset + k, TSimd.Multiply(r, TSimd.Load(at.PreviousOutput + k)));
                    TSimd.Store(gateZ + k, VectorMath<TSimd, TVector>.Sigmoid(TSimd.Load(gateZ + k)));
                }
            }
        }
    }

    /// <summary>n and h, once n's argument is complete.</summary>
    private readonly struct OutputStep(StepPointers step) : IPanelEpilogue
    {
        /// <inheritdoc/>
        public void Finish<TSimd, TVector>(int firstRow, int rowCount, int firstColumn, int endColumn)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            for (int block = firstColumn / Width; block < endColumn / Width; block++)
            {
                StepPointers at = step.At(block, firstRow);
                float* gateZ = at.Gates + at.BlockStride;
                for (nint k = 0; k < rowCount * Width; k += TSimd.Width)
                {
                    TVector n = VectorMath<TSimd, TVector>.Tanh(TSimd.Load(at.Candidate + k));
                    TSimd.Store(at.Candidate + k, n);
                    TVector difference = TSimd.Subtract(TSimd.Load(at.PreviousOutput + k), n);
                    TSimd.Store(at.Output + k, TSimd.FusedMultiplyAdd(TSimd.Load(gateZ + k), difference, n));
                }
            }
        }
    }

    /// <summary>Gradients of the arguments of n and z, once dh is complete.</summary>
    private readonly struct OutputBackStep(StepPointers step) : IPanelEpilogue
    {
        /// <inheritdoc/>
        public void Finish<TSimd, TVector>(int firstRow, int rowCount, int firstColumn, int endColumn)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            TVector one = TSimd.Broadcast(1f);
            for (int block = firstColumn / Width; block < endColumn / Width; block++)
            {
                StepPointers at = step.At(block, firstRow);
                float* gateZ = at.Gates + at.BlockStride;
                for (nint k = 0; k < rowCount * Width; k += TSimd.Width)
                {
                    TVector z = TSimd.Load(gateZ + k);
                    TVector n = TSimd.Load(at.Candidate + k);
                    TVector dh = TSimd.Add(TSimd.Load(at.DOutput + k), TSimd.Load(at.DState + k));
                    dh = TinyValues.Flush<TSimd, TVector>(dh, TinyValues.ActivationGradient);
                    TVector keep = TSimd.Multiply(dh, z);
                    TVector dz = TSimd.Multiply(dh, TSimd.Subtract(TSimd.Load(at.PreviousOutput + k), n));
                    TSimd.Store(at.Candidate + k, TSimd.Multiply(
                        TSimd.Subtract(dh, keep), TSimd.Subtract(one, TSimd.Multiply(n, n))));
                    TSimd.Store(gateZ + k, TSimd.Multiply(dz, TSimd.Multiply(z, TSimd.Subtract(one, z))));
                    TSimd.Store(at.DState + k, keep);
                }
            }
        }
    }

    /// <summary>Gradients of r's argument and of h' through r h', once that of r h' is complete.</summary>
    private readonly struct ResetBackStep(StepPointers step) : IPanelEpilogue
    {
        /// <inheritdoc/>
        public void Finish<TSimd, TVector>(int firstRow, int rowCount, int firstColumn, int endColumn)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            TVector one = TSimd.Broadcast(1f);
            for (int block = firstColumn / Width; block < endColumn / Width; block++)
            {
                StepPointers at = step.At(block, firstRow);
                for (nint k = 0; k < rowCount * Width; k += TSimd.Width)
                {
                    TVector r = TSimd.Load(at.Gates + k);
                    TVector dReset = TinyValues.Flush<TSimd, TVector>(TSimd.Load(at.DReset + k), TinyValues.ActivationGradient);
                    TVector dr = TSimd.Multiply(dReset, TSimd.Load(at.PreviousOutput + k));
                    TSimd.Store(at.Gates + k, TSimd.Multiply(dr, TSimd.Multiply(r, TSimd.Subtract(one, r))));
                    TSimd.Store(at.DState + k, TSimd.FusedMultiplyAdd(dReset, r, TSimd.Load(at.DState + k)));
                }
            }
        }
    }
}
