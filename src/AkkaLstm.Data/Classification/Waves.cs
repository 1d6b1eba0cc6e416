using System.Globalization;
using System.Text;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Data.Classification;

/// <summary>
/// A small generated set to try classification on: 1,000 noisy waves of one value, 20 to 80 steps long, of random period (6 to 20
/// steps), phase, height and offset; the label is the shape. Values and their mean tell hardly anything, only the order does, and the
/// rarest shape is a fifth as frequent as the commonest.
/// </summary>
/// <remarks>Made with +, -, * and / alone, so that every machine gets the same bits.</remarks>
internal static class Waves
{
    internal const string Name = "waves";

    /// <summary>Name as a <c>--data</c> value.</summary>
    internal const string Data = DataSets.BuiltinPrefix + Name;

    internal const int LongestLength = 80;

    private const string Definition = "waves 1";
    private const int ShortestLength = 20;
    private const int SequenceCount = 1000;
    private const ulong Seed = 1;

    // Of 20 sequences, so many have each shape.
    private static readonly (string Label, int Share)[] Shapes = [("square", 10), ("triangle", 5), ("rising", 3), ("falling", 2)];

    /// <summary>The sequences, and what stands for their contents in the data's hash.</summary>
    internal static SequenceTable Make(out byte[] bytes)
    {
        bytes = Encoding.UTF8.GetBytes(Definition);
        return new SequenceTable(["value"], [.. Enumerable.Range(0, SequenceCount).Select(Draw)]);
    }

    private static SequenceRecord Draw(int index)
    {
        RandomStream random = new RandomKey(Seed, RandomPurpose.SyntheticData, step: 0, index).OpenStream();
        string label = LabelOf(index);
        var values = new double[ShortestLength + random.NextInt32(LongestLength - ShortestLength + 1)];
        double frequency = 1 / (6 + (14 * random.NextDouble()));
        double phase = random.NextDouble();
        double height = 0.5 + random.NextDouble();
        double offset = (2 * random.NextDouble()) - 1;
        for (int t = 0; t < values.Length; t++)
        {
            // The sum of three uniform numbers is bell-shaped enough; its standard deviation is 1/2.
            double noise = random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5;
            double position = phase + (frequency * t);
            values[t] = offset + (height * (Shape(label, position - Math.Floor(position)) + (0.8 * noise)));
        }

        string id = (index + 1).ToString(CultureInfo.InvariantCulture);
        return new SequenceRecord(id, label, $"{Data}:{id}", values, null);
    }

    private static string LabelOf(int index)
    {
        int place = index % Shapes.Sum(shape => shape.Share);
        return Shapes.First(shape => (place -= shape.Share) < 0).Label;
    }

    /// <summary>Height between -1 and 1 at a position in [0, 1) of the period.</summary>
    private static double Shape(string label, double position) => label switch
    {
        "square" => position < 0.5 ? 1 : -1,
        "triangle" => position < 0.5 ? (4 * position) - 1 : 3 - (4 * position),
        "rising" => (2 * position) - 1,
        "falling" => 1 - (2 * position),
        _ => throw new ArgumentOutOfRangeException(nameof(label), label, "Not a shape."),
    };
}
