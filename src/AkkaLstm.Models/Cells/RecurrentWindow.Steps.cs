using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <content>A time step's cell arithmetic as the epilogue of its product's panels.</content>
internal sealed unsafe partial class RecurrentWindow<TCell>
{
    /// <summary>The gates of one time step, once their arguments are complete.</summary>
    private readonly struct ForwardStep : IPanelEpilogue
    {
        private readonly CellForward _step;
        private readonly nint _blockStride;
        private readonly ZoneoutBuffers? _zoneout;
        private readonly int _index;

        public ForwardStep(RecurrentWeights weights, RecurrentWorkspace workspace, int step)
        {
            _zoneout = workspace.Zoneout;
            _index = step;
            nint gatesLength = workspace.Gates.StepLength;
            nint stateLength = workspace.DState.StepLength;
            int previous = step + 1 - workspace.FirstOutput;
            int next = step + workspace.FirstOutput;
            _blockStride = (nint)workspace.Lanes * Activations.BlockColumns;
            _step = new CellForward
            {
                Gates = workspace.Gates.Pointer + step * gatesLength,
                GateStride = _blockStride,
                PreviousOutput = workspace.Hidden.Pointer + previous * (nint)workspace.Hidden.StepLength,
                Output = workspace.Unprojected is { } unprojected
                    ? unprojected.Pointer + step * stateLength
                    : workspace.Hidden.Pointer + next * (nint)workspace.Hidden.StepLength,
            };
            if (TCell.SplitsRecurrent)
                _step.Recurrent = workspace.Recurrent!.Pointer + step * gatesLength;
            if (UnitRowCount > 0)
                _step.Units = weights.Units!.Pointer;
            if (TCell.HasState)
            {
                _step.PreviousState = workspace.State!.Pointer + previous * stateLength;
                _step.State = workspace.State.Pointer + next * stateLength;
                _step.Saved = workspace.Saved!.Pointer + step * stateLength;
            }
            if (weights.Constants is { } constants)
                _step.Constants = constants.Pointer;
            if (TCell.RecurringGateCount > 0)
                _step.RecurringGates = workspace.RecurringGates!.Pointer + next * (nint)workspace.RecurringGates.StepLength;
            if (TCell.HasDepthState)
            {
                DepthBuffers depth = workspace.Depth!;
                _step.Below = depth.Below(step);
                _step.DepthState = DepthBuffers.At(depth.State, step);
                if (TCell.HasDepthOutput)
                    _step.DepthOutput = DepthBuffers.At(depth.Output!, step);
            }
        }

        /// <inheritdoc/>
        public void Finish<TSimd, TVector>(int firstRow, int rowCount, int firstColumn, int endColumn)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            // The gates of 16 units side by side need not end where a panel does: those run now whose last column this panel brought.
            const int width = Activations.BlockColumns;
            int endGroup = endColumn / (TCell.GateCount * width);
            for (int group = firstColumn / (TCell.GateCount * width); group < endGroup; group++)
            {
                nint offset = group * _blockStride + firstRow * width;
                nint gateOffset = group * TCell.GateCount * _blockStride + firstRow * width;
                CellForward run = _step;
                run.Count = rowCount * width;
                run.Gates += gateOffset;
                run.PreviousOutput += offset;
                run.Output += offset;
                if (TCell.SplitsRecurrent)
                    run.Recurrent += gateOffset;
                if (UnitRowCount > 0)
                    run.Units += group * UnitRowCount * width;
                if (TCell.HasState)
                {
                    run.PreviousState += offset;
                    run.State += offset;
                    run.Saved += offset;
                }

                if (TCell.UnitConstant is not null)
                    run.Constants += group * width;
                if (TCell.RecurringGateCount > 0)
                    run.RecurringGates += group * TCell.RecurringGateCount * _blockStride + firstRow * width;
                if (TCell.HasDepthState)
                {
                    run.Below += offset;
                    run.DepthState += offset;
                    run.DepthOutput += offset;
                }

                if (_zoneout is null)
                {
                    TCell.Forward<TSimd, TVector>(run);
                    continue;
                }

                ZoneoutRun zoneout = _zoneout.At(_index, offset);
                float* state = run.State;
                if (TCell.HasState)
                    run.State = zoneout.NewState;
                TCell.Forward<TSimd, TVector>(run);
                zoneout.Forward<TSimd, TVector>(run, state);
            }
        }
    }

    /// <summary>The gradients of the gates of one time step, once dh is complete.</summary>
    private readonly struct BackwardStep : IPanelEpilogue
    {
        private readonly CellBackward _step;
        private readonly nint _blockStride;
        private readonly ZoneoutBuffers? _zoneout;
        private readonly int _index;

        public BackwardStep(RecurrentWeights weights, RecurrentWorkspace workspace, Activations dOutput, int step)
        {
            _zoneout = workspace.Zoneout;
            _index = step;
            nint gatesLength = workspace.Gates.StepLength;
            nint stateLength = workspace.DState.StepLength;
            int previous = step + 1 - workspace.FirstOutput;
            _blockStride = (nint)workspace.Lanes * Activations.BlockColumns;
            _step = new CellBackward
            {
                Gates = workspace.Gates.Pointer + step * gatesLength,
                GateStride = _blockStride,
                PreviousOutput = workspace.Hidden.Pointer + previous * (nint)workspace.Hidden.StepLength,
                DOutput = workspace.DUnprojected is { } unprojected ? unprojected.Pointer : dOutput.Pointer + step * stateLength,
                DState = workspace.DState.Pointer,
            };
            if (TCell.SplitsRecurrent)
                _step.Recurrent = workspace.Recurrent!.Pointer + step * gatesLength;
            if (UnitRowCount > 0)
            {
                _step.Units = weights.Units!.Pointer;
                _step.DUnits = workspace.DUnits!.Pointer;
            }

            if (TCell.HasState)
            {
                _step.PreviousState = workspace.State!.Pointer + previous * stateLength;
                _step.State = workspace.State.Pointer + (step + workspace.FirstOutput) * stateLength;
                _step.Saved = workspace.Saved!.Pointer + step * stateLength;
            }
            if (weights.Constants is { } constants)
                _step.Constants = constants.Pointer;
            if (TCell.RecurringGateCount > 0)
                _step.DRecurringGates = workspace.DRecurringGates!.Pointer;
            if (TCell.HasDepthState)
            {
                DepthBuffers depth = workspace.Depth!;
                _step.Below = depth.Below(step);
                _step.DBelow = depth.DBelow(step);
                _step.DepthState = DepthBuffers.At(depth.State, step);
                _step.DDepthState = DepthBuffers.At(depth.DState, step);
                if (TCell.HasDepthOutput)
                {
                    _step.DDepthOutput = _step.DOutput;
                    _step.DOutput = depth.DHidden!.Pointer;
                }
            }
        }

        /// <inheritdoc/>
        public void Finish<TSimd, TVector>(int firstRow, int rowCount, int firstColumn, int endColumn)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            const int width = Activations.BlockColumns;
            for (int group = firstColumn / width; group < endColumn / width; group++)
            {
                nint offset = group * _blockStride + firstRow * width;
                nint gateOffset = group * TCell.GateCount * _blockStride + firstRow * width;
                CellBackward run = _step;
                run.Count = rowCount * width;
                run.Gates += gateOffset;
                run.PreviousOutput += offset;
                run.DOutput += offset;
                run.DState += offset;
                if (TCell.SplitsRecurrent)
                    run.Recurrent += gateOffset;
                if (UnitRowCount > 0)
                {
                    run.Units += group * UnitRowCount * width;
                    run.DUnits += group * UnitRowCount * _blockStride + firstRow * width;
                }

                if (TCell.HasState)
                {
                    run.PreviousState += offset;
                    run.State += offset;
                    run.Saved += offset;
                }

                if (TCell.UnitConstant is not null)
                    run.Constants += group * width;
                if (TCell.RecurringGateCount > 0)
                    run.DRecurringGates += group * TCell.RecurringGateCount * _blockStride + firstRow * width;
                if (TCell.HasDepthState)
                {
                    run.Below += offset;
                    run.DBelow += offset;
                    run.DepthState += offset;
                    run.DDepthState += offset;
                    run.DDepthOutput += offset;
                }

                if (_zoneout is null)
                {
                    TCell.Backward<TSimd, TVector>(run);
                    continue;
                }

                ZoneoutRun zoneout = _zoneout.At(_index, offset);
                if (TCell.HasState)
                    run.State = zoneout.NewState;
                zoneout.BeginBackward<TSimd, TVector>(run);
                TCell.Backward<TSimd, TVector>(run);
                zoneout.EndBackward<TSimd, TVector>(run);
            }
        }
    }
}
