using System.Runtime.Intrinsics;
using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <summary>The loops over a window that all cells share.</summary>
/// <typeparam name="TCell">The cell's arithmetic.</typeparam>
/// <remarks>
/// After Appleyard, Kocisky and Blunsom 2016 ("Optimizing Performance of Recurrent Neural Networks on GPUs"): one
/// product for the input projections of the whole window; per step only the recurrent product, whose sums go on from
/// the projection, with the cell's arithmetic as the epilogue of each panel; all weight gradients in one product
/// each.
/// </remarks>
internal sealed unsafe partial class RecurrentWindow<TCell> : RecurrentCell
    where TCell : struct, ICell
{
    private static readonly UnitTensor[] Units = [.. TCell.UnitTensors];
    private static readonly int UnitRowCount = Units.Sum(tensor => tensor.Rows);

    /// <inheritdoc/>
    public override int GateCount => TCell.GateCount;

    /// <inheritdoc/>
    public override bool HasState => TCell.HasState;

    /// <inheritdoc/>
    internal override bool HasDepthState => TCell.HasDepthState;

    /// <inheritdoc/>
    internal override bool HasDepthOutput => TCell.HasDepthOutput;

    /// <inheritdoc/>
    internal override int RecurringGateCount => TCell.RecurringGateCount;

    /// <inheritdoc/>
    public override string ModuleName => TCell.ModuleName;

    /// <inheritdoc/>
    public override int? ForgetGate => TCell.ForgetGate;

    /// <inheritdoc/>
    public override int? InputGate => TCell.InputGate;

    /// <inheritdoc/>
    internal override bool SplitsRecurrent => TCell.SplitsRecurrent;

    /// <inheritdoc/>
    internal override IReadOnlyList<UnitTensor> UnitTensors => Units;

    /// <inheritdoc/>
    internal override int UnitRows => UnitRowCount;

    /// <inheritdoc/>
    internal override bool IsFixed => TCell.IsFixed;

    /// <summary>Not where the state is a clock, or goes up to the layer above too.</summary>
    public override bool CanZoneOut => !TCell.IsFixed && !TCell.HasDepthState && !TCell.HasPartialRecurrence;

    /// <inheritdoc/>
    internal override bool HasPartialRecurrence => TCell.HasPartialRecurrence;

    /// <inheritdoc/>
    internal override bool IsConnected(RecurrentShape shape, int unit, int from) => TCell.IsConnected(shape, unit, from);

    /// <inheritdoc/>
    internal override Func<RecurrentShape, int, float>? UnitConstant => TCell.UnitConstant;

    /// <inheritdoc/>
    internal override Equations Equations(in EquationStep step) => TCell.Equations(step);

    /// <inheritdoc/>
    internal override void Forward(
        SimdPath path, RecurrentWeights weights, MatrixView input, RecurrentWorkspace workspace,
        ReadOnlySpan<float> carryIn, Span<float> carryOut, int carryStride)
    {
        WindowChecks.Forward(this, weights, input, workspace, carryIn.Length, carryOut.Length, carryStride);
        int steps = input.TimeSteps;
        workspace.Reshape(steps, input.Lanes);
        workspace.ReadCarry(carryIn, carryStride);
        fixed (float* origin = &input.Origin)
        {
            PackedGemm.Run(
                path, input.At(origin), weights.Input, Operand.Of(workspace.Gates, 0, steps), TileStart.Bias, weights.Bias.Pointer);
        }

        for (int i = 0; i < steps; i++)
        {
            int step = workspace.IsReversed ? steps - 1 - i : i;
            var cell = new ForwardStep(weights, workspace, step);
            if (path == SimdPath.Avx512)
                ForwardAt<Simd512, Vector512<float>>(weights, workspace, step, ref cell);
            else if (path == SimdPath.Avx2)
                ForwardAt<Simd256, Vector256<float>>(weights, workspace, step, ref cell);
            else
                ForwardAt<Simd128, Vector128<float>>(weights, workspace, step, ref cell);
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
        workspace.Zoneout?.BeginBackward();
        if (workspace.DUnits is { } dUnits)
            dUnits.Data.Clear();
        for (int i = steps - 1; i >= 0; i--)
        {
            int step = workspace.IsReversed ? steps - 1 - i : i;
            int? after = i + 1 == steps ? null : workspace.IsReversed ? step - 1 : step + 1;
            var cell = new BackwardStep(weights, workspace, dOutput, step);
            Operand dh = workspace.Depth?.DHidden is { } dHidden ? Operand.Of(dHidden, 0, 1) : Operand.Of(dOutput, step, 1);
            if (path == SimdPath.Avx512)
                BackwardAt<Simd512, Vector512<float>>(weights, workspace, after, dh, ref cell);
            else if (path == SimdPath.Avx2)
                BackwardAt<Simd256, Vector256<float>>(weights, workspace, after, dh, ref cell);
            else
                BackwardAt<Simd128, Vector128<float>>(weights, workspace, after, dh, ref cell);
        }

        if (dInput is not null)
        {
            PackedGemm.Run(
                path, Operand.Of(workspace.Gates, 0, steps), weights.InputBack!, Operand.Of(dInput, 0, steps), TileStart.Zero, null);
        }

        WindowGradients.Run(path, weights, input, workspace, dOutput, shardCount, gradient);
        GC.KeepAlive(weights);
        GC.KeepAlive(workspace);
        GC.KeepAlive(dOutput);
        GC.KeepAlive(dInput);
    }

    /// <summary>
    /// One time step: the recurrent product with the cell behind it, then the projection, if there is one.
    /// </summary>
    private static void ForwardAt<TSimd, TVector>(
        RecurrentWeights weights, RecurrentWorkspace workspace, int step, ref ForwardStep cell)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        Operand previous = Operand.Of(workspace.Hidden, step + 1 - workspace.FirstOutput, 1);
        if (TCell.SplitsRecurrent)
        {
            Operand recurrent = Operand.Of(workspace.Recurrent!, step, 1);
            GemmLoop.Run<TSimd, TVector, ForwardStep>(
                previous, weights.Hidden, recurrent, TileStart.Bias, weights.RecurrentBias!.Pointer, ref cell);
        }
        else
        {
            Operand gates = Operand.Of(workspace.Gates, step, 1);
            if (weights.Recurring is { } recurring)
            {
                NoEpilogue none = default;
                GemmLoop.Run<TSimd, TVector, NoEpilogue>(previous, weights.Hidden, gates, TileStart.C, null, ref none);
                Operand gatesBefore = Operand.Of(workspace.RecurringGates!, step + 1 - workspace.FirstOutput, 1);
                GemmLoop.Run<TSimd, TVector, ForwardStep>(gatesBefore, recurring.Forward, gates, TileStart.C, null, ref cell);
            }
            else
            {
                GemmLoop.Run<TSimd, TVector, ForwardStep>(previous, weights.Hidden, gates, TileStart.C, null, ref cell);
            }
        }

        if (weights.Projection is not { } projection)
            return;
        NoEpilogue nothing = default;
        GemmLoop.Run<TSimd, TVector, NoEpilogue>(
            Operand.Of(workspace.Unprojected!, step, 1), projection, Operand.Of(workspace.Hidden, step + workspace.FirstOutput, 1),
            TileStart.Zero, null, ref nothing);
    }

    /// <summary>
    /// Completes the gradients of the gates that the step after saw, if there is such a step.
    /// </summary>
    private static void RecurringGatesBack<TSimd, TVector>(RecurringWeights recurring, RecurrentWorkspace workspace, int? after)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        Activations target = workspace.DRecurringGates!;
        NoEpilogue nothing = default;
        if (after is { } step)
        {
            Operand dSeen = RecurringWeights.Gather(workspace, step);
            GemmLoop.Run<TSimd, TVector, NoEpilogue>(dSeen, recurring.Back, Operand.Of(target, 0, 1), TileStart.Zero, null, ref nothing);
        }
        else
        {
            target.Data.Clear();
        }
    }

    /// <summary>
    /// Completes dh(t) by what flows back through the gates of the step after, if there is such a step, and through
    /// the projection, if there is one, and applies the cell to it.
    /// </summary>
    private static void BackwardAt<TSimd, TVector>(
        RecurrentWeights weights, RecurrentWorkspace workspace, int? after, in Operand dh, ref BackwardStep cell)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        Operand dGates = after is { } next ? Operand.Of(workspace.Recurrent ?? workspace.Gates, next, 1) : default;

        // What the layer above read has its gradient apart; then dh starts from nothing.
        bool isApart = workspace.Depth?.DHidden is not null;
        TileStart start = isApart ? TileStart.Zero : TileStart.C;
        if (weights.Recurring is { } recurring)
            RecurringGatesBack<TSimd, TVector>(recurring, workspace, after);
        if (weights.ProjectionBack is { } projection)
        {
            NoEpilogue nothing = default;
            if (dGates.Rows > 0)
                GemmLoop.Run<TSimd, TVector, NoEpilogue>(dGates, weights.HiddenBack, dh, TileStart.C, null, ref nothing);
            GemmLoop.Run<TSimd, TVector, BackwardStep>(
                dh, projection, Operand.Of(workspace.DUnprojected!, 0, 1), TileStart.Zero, null, ref cell);
        }
        else if (dGates.Rows > 0)
        {
            GemmLoop.Run<TSimd, TVector, BackwardStep>(dGates, weights.HiddenBack, dh, start, null, ref cell);
        }
        else
        {
            if (isApart)
                workspace.Depth!.DHidden!.Data.Clear();
            cell.Finish<TSimd, TVector>(0, dh.Rows, 0, weights.HiddenBack.PaddedColumns);
        }
    }
}
