using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Data.Synthetic;

/// <summary>
/// A problem whose sequences are drawn at random, each a sample of its own that starts from a zero state.
/// </summary>
internal abstract class SyntheticProblem
{
    /// <summary>
    /// Definition of the sequences, hashed into the data hash: change it whenever the same key gives other
    /// sequences.
    /// </summary>
    internal abstract string Definition { get; }

    /// <summary>
    /// Mean loss of the best answer that does not use earlier symbols or numbers, or null where the papers give
    /// none: a model with a lower loss remembers.
    /// </summary>
    internal abstract double? MemorylessLoss { get; }

    /// <summary>Sizes for batches of that many lanes.</summary>
    internal abstract SourceShape Shape(int lanes);

    /// <summary>Draws a sequence into a lane that holds only zeros and ignored targets.</summary>
    internal abstract void Draw(SequenceBatch batch, int lane, ref RandomStream random);

    /// <summary>
    /// Whether the outputs (OutputSize) answer the target at time step t of a lane as the problem's paper
    /// asks.
    /// </summary>
    internal abstract bool IsRight(SequenceBatch batch, int lane, int t, ReadOnlySpan<float> outputs);

    /// <summary>Counted answers of a lane, and how many of them are right.</summary>
    /// <param name="batch">Sequences and targets.</param>
    /// <param name="lane">Row of the batch.</param>
    /// <param name="outputs">The model's outputs for the whole batch, (T, B, row stride).</param>
    /// <param name="outputStride">Floats between two rows of outputs.</param>
    /// <param name="outputSize">O.</param>
    internal (int Answers, int Right) Judge(
        SequenceBatch batch, int lane, ReadOnlySpan<float> outputs, int outputStride, int outputSize)
    {
        int answers = 0;
        int right = 0;
        for (int t = 0; t < batch.TimeSteps; t++)
        {
            int cell = (t * batch.Lanes) + lane;
            bool counts = batch.TargetSize == 0
                ? batch.TargetClasses[cell] != SequenceBatch.IgnoredClass : batch.TargetMask[cell];
            if (!counts)
                continue;
            answers++;
            right += IsRight(batch, lane, t, outputs.Slice(cell * outputStride, outputSize)) ? 1 : 0;
        }

        return (answers, right);
    }

    /// <summary>Index of the largest output; the first of equal ones.</summary>
    protected static int Largest(ReadOnlySpan<float> outputs)
    {
        int largest = 0;
        for (int o = 1; o < outputs.Length; o++)
        {
            if (outputs[o] > outputs[largest])
                largest = o;
        }

        return largest;
    }
}
