using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Losses;

/// <summary>
/// Cross-entropy of the softmax over rows of logits: loss of a row = log(sum_v e^z[v]) - z[target], in nats, and its gradient
/// softmax(z) - onehot(target).
/// </summary>
/// <remarks>
/// Dimensions: rows, V classes, ldc distance between rows in floats, at least V; what stands between V and ldc is neither read nor
/// written. Losses are summed in double in the order of the rows. The sum over a row is that of <see cref="SoftmaxRow"/>, in an order
/// that vector width does not change.
/// </remarks>
public static unsafe class SoftmaxCrossEntropy
{
    /// <summary>Target of a row that does not count: loss 0, gradient 0.</summary>
    public const int IgnoredTarget = -1;

    /// <summary>Adds the rows' losses to a total and replaces their logits by the gradient of the loss sum.</summary>
    /// <param name="logits">(rows, ldc): logits before, gradient after.</param>
    /// <param name="rowStride">ldc.</param>
    /// <param name="classCount">V.</param>
    /// <param name="targets">(rows): classes in [0, V) or <see cref="IgnoredTarget"/>.</param>
    /// <param name="total">What the losses are added to. A NaN or infinite logit makes the sum NaN or infinite.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, or a target is not a class; then nothing was changed.</exception>
    public static void ForwardBackward(
        Span<float> logits, int rowStride, int classCount, ReadOnlySpan<int> targets, ref LossTotal total) =>
        ForwardBackward(logits, rowStride, classCount, targets, ref total, SimdPaths.Current);

    /// <summary>Adds the rows' losses to a total; the logits stay. The same bits as the loss of <c>ForwardBackward</c>.</summary>
    /// <param name="logits">(rows, ldc).</param>
    /// <param name="rowStride">ldc.</param>
    /// <param name="classCount">V.</param>
    /// <param name="targets">(rows): classes in [0, V) or <see cref="IgnoredTarget"/>.</param>
    /// <param name="total">What the losses are added to.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, or a target is not a class.</exception>
    public static void Forward(
        ReadOnlySpan<float> logits, int rowStride, int classCount, ReadOnlySpan<int> targets, ref LossTotal total) =>
        Forward(logits, rowStride, classCount, targets, ref total, SimdPaths.Current);

    /// <summary>The public operation on a given path.</summary>
    internal static void ForwardBackward(
        Span<float> logits, int rowStride, int classCount, ReadOnlySpan<int> targets, ref LossTotal total, SimdPath path)
    {
        Validate(logits.Length, rowStride, classCount, targets);
        for (int r = 0; r < targets.Length; r++)
        {
            Span<float> row = logits.Slice(r * rowStride, classCount);
            int target = targets[r];
            if (target == IgnoredTarget)
            {
                row.Clear();
                continue;
            }

            float targetLogit = row[target];
            float max = SoftmaxRow.Max(row, path);
            bool correct = IsFirstMax(row, target, max);
            double sum = SoftmaxRow.Exponentials(row, max, 1f, row, path);
            SpanArithmetic.Combine(
                row, row, row, new SpanArithmetic.ScaleOperation { Alpha = (float)(1 / sum) }, path);
            row[target] -= 1;
            total = Add(total, sum, max, targetLogit, correct);
        }
    }

    /// <summary>The public operation on a given path.</summary>
    internal static void Forward(
        ReadOnlySpan<float> logits, int rowStride, int classCount, ReadOnlySpan<int> targets, ref LossTotal total, SimdPath path)
    {
        Validate(logits.Length, rowStride, classCount, targets);
        for (int r = 0; r < targets.Length; r++)
        {
            ReadOnlySpan<float> row = logits.Slice(r * rowStride, classCount);
            int target = targets[r];
            if (target == IgnoredTarget)
                continue;
            float max = SoftmaxRow.Max(row, path);
            double sum = SoftmaxRow.SumOfExponentials(row, max, 1f, path);
            total = Add(total, sum, max, row[target], IsFirstMax(row, target, max));
        }
    }

    private static LossTotal Add(LossTotal total, double sum, float max, float targetLogit, bool correct) =>
        new(
            total.Sum + (ScalarMath.Log(sum) + ((double)max - targetLogit)),
            total.Count + 1,
            total.Correct + (correct ? 1 : 0));

    private static bool IsFirstMax(ReadOnlySpan<float> row, int target, float max) =>
        row[target].Equals(max) && row.IndexOf(max) == target;

    private static void Validate(int length, int rowStride, int classCount, ReadOnlySpan<int> targets)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classCount);
        SpanGuard.MatrixFits(length, targets.Length, classCount, rowStride);
        foreach (int target in targets)
        {
            if (target < IgnoredTarget || target >= classCount)
                throw new ArgumentOutOfRangeException(nameof(targets), target, $"must be in [-1, {classCount})");
        }
    }
}
