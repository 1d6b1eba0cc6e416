using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Cells;

/// <content>
/// One time step. What the lanes of 16 units share (gains, biases, sums of gradients) stays in registers while a loop goes over the
/// lanes, so loops go over units outside and lanes inside; a path with short vectors takes the 16 units in parts.
/// </content>
internal sealed unsafe partial class LayerNormLstm
{
    private static void ForwardAt<TSimd, TVector>(RecurrentWeights weights, RecurrentWorkspace workspace, Buffers own, int step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        int next = step + workspace.FirstOutput;
        RowNorm norm = own.Norm;
        var x = new StepRows(own.Input, step, Gates);
        var u = new StepRows(workspace.Recurrent!, step, Gates);
        var gates = new StepRows(workspace.Gates, step, Gates);
        var previous = new StepRows(workspace.State!, step + 1 - workspace.FirstOutput, 1);
        var state = new StepRows(workspace.State!, next, 1);
        norm.Moments<TSimd, TVector>(x, pair: 0, own.Inverses(step, 0));
        norm.Moments<TSimd, TVector>(u, pair: 1, own.Inverses(step, 1));
        nint length = state.BlockLength;
        for (int group = 0; group < state.BlockCount; group++)
        {
            for (int gate = 0; gate < Gates; gate++)
                Activate<TSimd, TVector>(weights, norm, x, u, gates, group, gate);
            float* i = gates.Block(Gates * group);
            float* f = i + length;
            float* g = f + length;
            float* before = previous.Block(group);
            float* after = state.Block(group);
            for (nint n = 0; n < length; n += TSimd.Width)
            {
                TSimd.Store(after + n, TSimd.FusedMultiplyAdd(
                    TSimd.Load(f + n), TSimd.Load(before + n), TSimd.Multiply(TSimd.Load(i + n), TSimd.Load(g + n))));
            }
        }

        norm.Moments<TSimd, TVector>(state, pair: 0, own.Inverses(step, 2));
        var normed = new StepRows(own.State, step, 1);
        var saved = new StepRows(workspace.Saved!, step, 1);
        var output = new StepRows(workspace.Hidden, next, 1);
        for (int group = 0; group < state.BlockCount; group++)
            Output<TSimd, TVector>(weights, norm, gates, state, normed, saved, output, group);
    }

    /// <summary>A gate of 16 units: sigmoid or tanh of gain_ih N(W x) + b + gain_hh N(U h') + b'.</summary>
    private static void Activate<TSimd, TVector>(
        RecurrentWeights weights, RowNorm norm, in StepRows x, in StepRows u, in StepRows gates, int group, int gate)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        int block = Gates * group + gate;
        float* units = weights.Units!.Pointer + (group * UnitRowCount + gate) * Width;
        float* inputBias = weights.Bias.Pointer + block * Width;
        float* hiddenBias = weights.RecurrentBias!.Pointer + block * Width;
        float* input = x.Block(block);
        float* hidden = u.Block(block);
        float* activated = gates.Block(block);
        nint length = gates.BlockLength;
        bool isTanh = gate == 2;
        for (nint part = 0; part < Width; part += TSimd.Width)
        {
            TVector inputGain = TSimd.Load(units + part);
            TVector hiddenGain = TSimd.Load(units + HiddenGain * Width + part);
            TVector bias = TSimd.Add(TSimd.Load(inputBias + part), TSimd.Load(hiddenBias + part));
            float* moments = norm.Lane(0) + part;
            for (nint n = part; n < length; n += Width, moments += RowNorm.LaneLength)
            {
                TVector own = TSimd.Multiply(TSimd.Subtract(TSimd.Load(input + n), TSimd.Load(moments)), TSimd.Load(moments + Width));
                TVector back = TSimd.Multiply(
                    TSimd.Subtract(TSimd.Load(hidden + n), TSimd.Load(moments + 2 * Width)), TSimd.Load(moments + 3 * Width));
                TSimd.Store(input + n, own);
                TSimd.Store(hidden + n, back);
                TVector a = TSimd.FusedMultiplyAdd(hiddenGain, back, TSimd.FusedMultiplyAdd(inputGain, own, bias));
                TSimd.Store(activated + n, isTanh ? VectorMath<TSimd, TVector>.Tanh(a) : VectorMath<TSimd, TVector>.Sigmoid(a));
            }
        }
    }

    /// <summary>N(c) and h = o tanh(gain_c N(c) + bias_c) of 16 units.</summary>
    private static void Output<TSimd, TVector>(
        RecurrentWeights weights, RowNorm norm, in StepRows gates, in StepRows state, in StepRows normed, in StepRows saved,
        in StepRows output, int group)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* units = weights.Units!.Pointer + (group * UnitRowCount + StateGain) * Width;
        float* o = gates.Block(Gates * group + 3);
        float* c = state.Block(group);
        float* y = normed.Block(group);
        float* tanh = saved.Block(group);
        float* h = output.Block(group);
        nint length = state.BlockLength;
        for (nint part = 0; part < Width; part += TSimd.Width)
        {
            TVector gain = TSimd.Load(units + part);
            TVector bias = TSimd.Load(units + (StateBias - StateGain) * Width + part);
            float* moments = norm.Lane(0) + part;
            for (nint n = part; n < length; n += Width, moments += RowNorm.LaneLength)
            {
                TVector own = TSimd.Multiply(TSimd.Subtract(TSimd.Load(c + n), TSimd.Load(moments)), TSimd.Load(moments + Width));
                TSimd.Store(y + n, own);
                TVector squashed = VectorMath<TSimd, TVector>.Tanh(TSimd.FusedMultiplyAdd(gain, own, bias));
                TSimd.Store(tanh + n, squashed);
                TSimd.Store(h + n, TSimd.Multiply(TSimd.Load(o + n), squashed));
            }
        }
    }

    private static void BackwardAt<TSimd, TVector>(
        RecurrentWeights weights, RecurrentWorkspace workspace, Buffers own, Activations dOutput, int step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        RowNorm norm = own.Norm;
        var gates = new StepRows(workspace.Gates, step, Gates);
        var dUnits = new StepRows(workspace.DUnits!, 0, UnitRowCount);
        var dBias = new StepRows(own.DBias, 0, Gates);
        var normed = new StepRows(own.State, step, 1);
        var dNormed = new StepRows(own.DNormed, 0, 1);
        int lanes = dOutput.Lanes;
        norm.ClearSums(lanes);
        OutputBack<TSimd, TVector>(
            weights, norm, gates, new StepRows(workspace.Saved!, step, 1), new StepRows(dOutput, step, 1), normed, dNormed, dUnits);
        norm.JoinSums(lanes, pairs: 1, normed.GateCount);
        var dState = new StepRows(workspace.DState, 0, 1);
        var previous = new StepRows(workspace.State!, step + 1 - workspace.FirstOutput, 1);
        StateBack<TSimd, TVector>(weights, norm, own.Inverses(step, 2), gates, normed, dNormed, previous, dState);
        var x = new StepRows(own.Input, step, Gates);
        var u = new StepRows(workspace.Recurrent!, step, Gates);
        norm.ClearSums(lanes);
        for (int group = 0; group < normed.BlockCount; group++)
        {
            for (int gate = 0; gate < Gates; gate++)
                SumGate<TSimd, TVector>(weights, norm, gates, x, u, dUnits, dBias, group, gate);
        }

        norm.JoinSums(lanes, pairs: 2, Gates);
        for (int block = 0; block < gates.BlockCount; block++)
            ProductsBack<TSimd, TVector>(weights, norm, own.Inverses(step, 0), own.Inverses(step, 1), gates, x, u, block);
    }

    /// <summary>
    /// From dh: that of o's argument in place of o, that of gain_c N(c) + bias_c, and what gain and bias get of it.
    /// </summary>
    private static void OutputBack<TSimd, TVector>(
        RecurrentWeights weights, RowNorm norm, in StepRows gates, in StepRows saved, in StepRows dh, in StepRows normed,
        in StepRows dNormed, in StepRows dUnits)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector one = TSimd.Broadcast(1f);
        nint shardCount = dUnits.BlockLength / Width;
        nint shardLength = saved.BlockLength / shardCount;
        for (int group = 0; group < saved.BlockCount; group++)
        {
            float* units = weights.Units!.Pointer + (group * UnitRowCount + StateGain) * Width;
            float* dGain = dUnits.Block(group * UnitRowCount + StateGain);
            float* dBias = dUnits.Block(group * UnitRowCount + StateBias);
            float* gateO = gates.Block(Gates * group + 3);
            float* tanh = saved.Block(group);
            float* dOut = dh.Block(group);
            float* c = normed.Block(group);
            float* dArguments = dNormed.Block(group);
            for (nint shard = 0; shard < shardCount; shard++)
            {
                for (nint part = 0; part < Width; part += TSimd.Width)
                {
                    nint start = shard * shardLength + part;
                    float* sums = norm.Lane(start / Width) + part;
                    TVector gain = TSimd.Load(units + part);
                    TVector gainSum = TSimd.Load(dGain + shard * Width + part);
                    TVector biasSum = TSimd.Load(dBias + shard * Width + part);
                    for (nint n = start; n < (shard + 1) * shardLength; n += Width, sums += RowNorm.LaneLength)
                    {
                        TVector o = TSimd.Load(gateO + n);
                        TVector y = TSimd.Load(tanh + n);
                        TVector d = TinyValues.Flush<TSimd, TVector>(TSimd.Load(dOut + n), TinyValues.ActivationGradient);
                        TSimd.Store(gateO + n, TSimd.Multiply(TSimd.Multiply(d, y), TSimd.Multiply(o, TSimd.Subtract(one, o))));
                        TVector dArgument = TSimd.Multiply(TSimd.Multiply(d, o), TSimd.Subtract(one, TSimd.Multiply(y, y)));
                        TSimd.Store(dArguments + n, dArgument);
                        biasSum = TSimd.Add(biasSum, dArgument);
                        TVector own = TSimd.Load(c + n);
                        gainSum = TSimd.FusedMultiplyAdd(dArgument, own, gainSum);
                        TVector by = TSimd.Multiply(dArgument, gain);
                        TSimd.Store(sums, TSimd.Add(TSimd.Load(sums), by));
                        TSimd.Store(sums + Width, TSimd.FusedMultiplyAdd(by, own, TSimd.Load(sums + Width)));
                    }

                    TSimd.Store(dGain + shard * Width + part, gainSum);
                    TSimd.Store(dBias + shard * Width + part, biasSum);
                }
            }
        }
    }

    /// <summary>dc, from which those of i's, f's and g's arguments in place of i, f and g, and what goes to the step before.</summary>
    private static void StateBack<TSimd, TVector>(
        RecurrentWeights weights, RowNorm norm, float* inverses, in StepRows gates, in StepRows normed, in StepRows dNormed,
        in StepRows previous, in StepRows dState)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector one = TSimd.Broadcast(1f);
        nint length = normed.BlockLength;
        for (int group = 0; group < normed.BlockCount; group++)
        {
            float* units = weights.Units!.Pointer + (group * UnitRowCount + StateGain) * Width;
            float* counts = norm.MaskOf(isLast: group == normed.BlockCount - 1);
            float* gateI = gates.Block(Gates * group);
            float* gateF = gateI + length;
            float* gateG = gateF + length;
            float* before = previous.Block(group);
            float* c = normed.Block(group);
            float* dArguments = dNormed.Block(group);
            float* dCarried = dState.Block(group);
            for (nint part = 0; part < Width; part += TSimd.Width)
            {
                TVector gain = TSimd.Load(units + part);
                TVector isCounted = TSimd.Load(counts + part);
                float* sums = norm.Lane(0) + part;
                for (nint n = part; n < length; n += Width, sums += RowNorm.LaneLength)
                {
                    TVector by = TSimd.Subtract(TSimd.Multiply(TSimd.Load(dArguments + n), gain), TSimd.Load(sums));
                    by = TSimd.Subtract(by, TSimd.Multiply(TSimd.Load(c + n), TSimd.Load(sums + Width)));
                    TVector scale = TSimd.Multiply(TSimd.Broadcast(inverses[n / Width]), isCounted);
                    TVector dc = TSimd.FusedMultiplyAdd(by, scale, TSimd.Load(dCarried + n));
                    dc = TinyValues.Flush<TSimd, TVector>(dc, TinyValues.ActivationGradient);
                    TVector i = TSimd.Load(gateI + n);
                    TVector f = TSimd.Load(gateF + n);
                    TVector g = TSimd.Load(gateG + n);
                    TSimd.Store(gateI + n, TSimd.Multiply(TSimd.Multiply(dc, g), TSimd.Multiply(i, TSimd.Subtract(one, i))));
                    TSimd.Store(gateF + n, TSimd.Multiply(
                        TSimd.Multiply(dc, TSimd.Load(before + n)), TSimd.Multiply(f, TSimd.Subtract(one, f))));
                    TSimd.Store(gateG + n, TSimd.Multiply(TSimd.Multiply(dc, i), TSimd.Subtract(one, TSimd.Multiply(g, g))));
                    TSimd.Store(dCarried + n, TSimd.Multiply(dc, f));
                }
            }
        }
    }

    /// <summary>What a gate of 16 units adds to the sums of both normalisations, and to the gradients of gains and bias.</summary>
    private static void SumGate<TSimd, TVector>(
        RecurrentWeights weights, RowNorm norm, in StepRows gates, in StepRows x, in StepRows u, in StepRows dUnits,
        in StepRows dBias, int group, int gate)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        int block = Gates * group + gate;
        float* units = weights.Units!.Pointer + (group * UnitRowCount + gate) * Width;
        float* dInputGain = dUnits.Block(group * UnitRowCount + gate);
        float* dHiddenGain = dUnits.Block(group * UnitRowCount + HiddenGain + gate);
        float* dBiases = dBias.Block(block);
        float* gradient = gates.Block(block);
        float* input = x.Block(block);
        float* hidden = u.Block(block);
        nint shardCount = dUnits.BlockLength / Width;
        nint shardLength = gates.BlockLength / shardCount;
        for (nint shard = 0; shard < shardCount; shard++)
        {
            for (nint part = 0; part < Width; part += TSimd.Width)
            {
                nint start = shard * shardLength + part;
                nint at = shard * Width + part;
                float* sums = norm.Lane(start / Width) + part;
                TVector inputGain = TSimd.Load(units + part);
                TVector hiddenGain = TSimd.Load(units + HiddenGain * Width + part);
                TVector inputGainSum = TSimd.Load(dInputGain + at);
                TVector hiddenGainSum = TSimd.Load(dHiddenGain + at);
                TVector biasSum = TSimd.Load(dBiases + at);
                for (nint n = start; n < (shard + 1) * shardLength; n += Width, sums += RowNorm.LaneLength)
                {
                    TVector d = TSimd.Load(gradient + n);
                    TVector own = TSimd.Load(input + n);
                    TVector back = TSimd.Load(hidden + n);
                    biasSum = TSimd.Add(biasSum, d);
                    inputGainSum = TSimd.FusedMultiplyAdd(d, own, inputGainSum);
                    hiddenGainSum = TSimd.FusedMultiplyAdd(d, back, hiddenGainSum);
                    TVector by = TSimd.Multiply(d, inputGain);
                    TSimd.Store(sums, TSimd.Add(TSimd.Load(sums), by));
                    TSimd.Store(sums + Width, TSimd.FusedMultiplyAdd(by, own, TSimd.Load(sums + Width)));
                    by = TSimd.Multiply(d, hiddenGain);
                    TSimd.Store(sums + 2 * Width, TSimd.Add(TSimd.Load(sums + 2 * Width), by));
                    TSimd.Store(sums + 3 * Width, TSimd.FusedMultiplyAdd(by, back, TSimd.Load(sums + 3 * Width)));
                }

                TSimd.Store(dInputGain + at, inputGainSum);
                TSimd.Store(dHiddenGain + at, hiddenGainSum);
                TSimd.Store(dBiases + at, biasSum);
            }
        }
    }

    /// <summary>The gradients of W x and U h' in place of N(W x) and N(U h').</summary>
    private static void ProductsBack<TSimd, TVector>(
        RecurrentWeights weights, RowNorm norm, float* inputInverses, float* hiddenInverses, in StepRows gates, in StepRows x,
        in StepRows u, int block)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        int group = block / Gates;
        float* units = weights.Units!.Pointer + (group * UnitRowCount + block % Gates) * Width;
        float* counts = norm.MaskOf(isLast: group == gates.BlockCount / Gates - 1);
        float* gradient = gates.Block(block);
        float* input = x.Block(block);
        float* hidden = u.Block(block);
        nint length = gates.BlockLength;
        for (nint part = 0; part < Width; part += TSimd.Width)
        {
            TVector inputGain = TSimd.Load(units + part);
            TVector hiddenGain = TSimd.Load(units + HiddenGain * Width + part);
            TVector isCounted = TSimd.Load(counts + part);
            float* sums = norm.Lane(0) + part;
            for (nint n = part, lane = 0; n < length; n += Width, lane++, sums += RowNorm.LaneLength)
            {
                TVector d = TSimd.Load(gradient + n);
                TVector by = TSimd.Subtract(TSimd.Multiply(d, inputGain), TSimd.Load(sums));
                by = TSimd.Subtract(by, TSimd.Multiply(TSimd.Load(input + n), TSimd.Load(sums + Width)));
                TSimd.Store(input + n, TSimd.Multiply(by, TSimd.Multiply(TSimd.Broadcast(inputInverses[lane]), isCounted)));
                by = TSimd.Subtract(TSimd.Multiply(d, hiddenGain), TSimd.Load(sums + 2 * Width));
                by = TSimd.Subtract(by, TSimd.Multiply(TSimd.Load(hidden + n), TSimd.Load(sums + 3 * Width)));
                TSimd.Store(hidden + n, TSimd.Multiply(by, TSimd.Multiply(TSimd.Broadcast(hiddenInverses[lane]), isCounted)));
            }
        }
    }
}
