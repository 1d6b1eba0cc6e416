using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Models.Layers;

/// <summary>
/// Gradients of the penalties AR and TAR (Merity, McCann and Socher 2017, "Revisiting Activation Regularization for
/// Language RNNs"). A row (t, b) with a target adds w a mean(y^2), y the last layer's output with its dropout, and w c mean((h(t) - h(t-1))^2),
/// h that output without it, with w the number of targets that the row counts for. What is reported as the loss is
/// the task's alone.
/// </summary>
/// <remarks>Rows without a target, padding among them, add nothing; nor does the first row of a window to the second.</remarks>
internal static class ActivationPenalties
{
    private const int Width = Activations.BlockColumns;

    /// <summary>AR: adds 2 w a y / H.</summary>
    /// <param name="spec">Has a.</param>
    /// <param name="batch">The targets.</param>
    /// <param name="y">(T, B, H).</param>
    /// <param name="dy">Gradient by y; is added to.</param>
    internal static void AddOfSize(ModelSpec spec, SequenceBatch batch, LayerRows y, Activations dy)
    {
        if (spec.ActivationPenalty == 0)
            return;
        float scale = Scale(spec, spec.ActivationPenalty);
        for (int t = 0; t < y.TimeSteps; t++)
        {
            Span<float> values = Step(y, t);
            Span<float> gradients = dy.Data.Slice(t * dy.StepLength, dy.StepLength);
            for (int lane = 0; lane < dy.Lanes; lane++)
            {
                if (!LossLayer.HasTarget(spec, batch, (t * batch.Lanes) + lane))
                    continue;
                for (int block = 0; block < dy.BlockCount; block++)
                {
                    int start = Start(dy, block, lane);
                    Add(gradients.Slice(start, Width), scale, values.Slice(start, Width));
                }
            }
        }
    }

    /// <summary>TAR: adds 2 w c (h(t) - h(t-1)) / H to the gradient by h(t) and subtracts it from that by h(t-1).</summary>
    /// <inheritdoc cref="AddOfSize"/>
    /// <param name="spec">Has c.</param>
    /// <param name="batch">The targets.</param>
    /// <param name="h">(T, B, H).</param>
    /// <param name="dh">Gradient by h; is added to.</param>
    internal static void AddOfChange(ModelSpec spec, SequenceBatch batch, LayerRows h, Activations dh)
    {
        if (spec.ChangePenalty == 0)
            return;
        float scale = Scale(spec, spec.ChangePenalty);
        for (int t = 1; t < h.TimeSteps; t++)
        {
            Span<float> before = Step(h, t - 1);
            Span<float> after = Step(h, t);
            Span<float> dBefore = dh.Data.Slice((t - 1) * dh.StepLength, dh.StepLength);
            Span<float> dAfter = dh.Data.Slice(t * dh.StepLength, dh.StepLength);
            for (int lane = 0; lane < dh.Lanes; lane++)
            {
                if (!LossLayer.HasTarget(spec, batch, (t * batch.Lanes) + lane))
                    continue;
                for (int block = 0; block < dh.BlockCount; block++)
                {
                    int start = Start(dh, block, lane);
                    AddChange(
                        dBefore.Slice(start, Width), dAfter.Slice(start, Width), scale, before.Slice(start, Width),
                        after.Slice(start, Width));
                }
            }
        }
    }

    private static float Scale(ModelSpec spec, float penalty) =>
        2 * penalty * (spec.Loss == LossKind.CrossEntropy ? 1 : spec.OutputSize) / spec.LayerOutputSize;

    private static Span<float> Step(LayerRows rows, int t) =>
        rows.Data.Slice(t * rows.Source.StepLength, rows.Source.StepLength);

    /// <summary>Where 16 columns of a lane start in a time step.</summary>
    private static int Start(Activations rows, int block, int lane) => ((block * rows.Lanes) + lane) * Width;

    private static void Add(Span<float> gradient, float scale, ReadOnlySpan<float> values)
    {
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] += scale * values[i];
    }

    private static void AddChange(
        Span<float> dBefore, Span<float> dAfter, float scale, ReadOnlySpan<float> before, ReadOnlySpan<float> after)
    {
        for (int i = 0; i < dAfter.Length; i++)
        {
            float change = scale * (after[i] - before[i]);
            dAfter[i] += change;
            dBefore[i] -= change;
        }
    }
}
