using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Data.Synthetic;

/// <summary>
/// The adding problem (Hochreiter and Schmidhuber 1997, section 5.4, in the form of Le, Jaitly and Hinton
/// 2015): T pairs of a number from [0, 1) and a marker that is 1 once in each half of the sequence and else
/// 0; at the last step the sum of the two marked numbers is asked for. Always answering 1 has a mean squared
/// error of 1/6. An answer counts as right within 0.08: the 1997 paper asks for 0.04 where answers lie in
/// [0, 1], and here they lie in [0, 2).
/// </summary>
/// <param name="length">T.</param>
internal sealed class AddingProblem(int length) : SyntheticProblem
{
    internal const string Name = "adding";
    internal const int DefaultLength = 100;
    private const float RightWithin = 0.08f;

    internal override string Definition => $"adding 1, length {length}";

    internal override double? MemorylessLoss => 1.0 / 6;

    /// <summary>Checks the length.</summary>
    /// <exception cref="BadInputException">Fewer than two steps.</exception>
    internal static AddingProblem Of(int window) => window >= 2 ? new AddingProblem(window)
        : throw new BadInputException(
            $"--window {window}: the adding problem needs at least 2 steps, one for each number.");

    internal override SourceShape Shape(int lanes) => new(false, 2, false, 1, length, lanes);

    internal override void Draw(SequenceBatch batch, int lane, ref RandomStream random)
    {
        for (int t = 0; t < length; t++)
            Number(t) = random.NextSingle();
        int half = length / 2;
        int first = random.NextInt32(half);
        int second = half + random.NextInt32(length - half);
        Marker(first) = 1;
        Marker(second) = 1;
        int last = ((length - 1) * batch.Lanes) + lane;
        batch.TargetValues[last] = Number(first) + Number(second);
        batch.TargetMask[last] = true;

        ref float Number(int t) => ref batch.Values[((t * batch.Lanes) + lane) * 2];
        ref float Marker(int t) => ref batch.Values[(((t * batch.Lanes) + lane) * 2) + 1];
    }

    internal override bool IsRight(SequenceBatch batch, int lane, int t, ReadOnlySpan<float> outputs) =>
        Math.Abs(outputs[0] - batch.TargetValues[(t * batch.Lanes) + lane]) < RightWithin;
}
