using System.Text;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Events;

namespace AkkaLstm.Training.Plans;

/// <summary>
/// The names enum members have on the command line and in JSON: kebab-case, so <c>CharLm</c> is <c>char-lm</c>
/// and <c>SumOverTime</c> is <c>sum-over-time</c>.
/// </summary>
public static class ChoiceNames
{
    /// <summary>The names of all members, in their order.</summary>
    public static IReadOnlyList<string> Of<T>()
        where T : struct, Enum => Names<T>.All;

    /// <summary>The name of one member.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => Kebab(value.ToString());

    /// <summary>The name of an event of the roles: <c>NodeLost</c> is <c>node-lost</c>.</summary>
    public static string NameOf(JobEvent what) => Kebab(what.GetType().Name);

    /// <summary>Reads a member from its name.</summary>
    /// <param name="text">The name.</param>
    /// <param name="place">Option or file:key, for the message.</param>
    /// <exception cref="BadInputException">There is no such member; the message lists the known
    /// ones.</exception>
    public static T Parse<T>(string text, string place)
        where T : struct, Enum
    {
        IReadOnlyList<string> names = Names<T>.All;
        for (int i = 0; i < names.Count; i++)
        {
            if (string.Equals(names[i], text, StringComparison.OrdinalIgnoreCase)) return Names<T>.Values[i];
        }

        string? nearest = NearestName.Of(text, names);
        string hint = nearest is null ? "" : $" (did you mean {nearest}?)";
        throw new BadInputException($"{place}: '{text}' is not known; use one of {string.Join(", ", names)}{hint}");
    }

    /// <summary>
    /// SumOverTime to sum-over-time, Lstm1997 to lstm-1997; the optimizers of papers stay one word: RmsProp to rmsprop.
    /// </summary>
    internal static string Kebab(string name)
    {
        if (Joined.Contains(name)) return name.ToLowerInvariant();
        var text = new StringBuilder(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            bool isNumber = i > 0 && char.IsDigit(name[i]) && !char.IsDigit(name[i - 1]);
            if (i > 0 && (char.IsUpper(name[i]) || isNumber)) text.Append('-');
            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    /// <summary>Names of papers that are written as one word although two capitals are in them.</summary>
    private static readonly HashSet<string> Joined = new(StringComparer.Ordinal) { "RmsProp", "AdamW" };

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly T[] Values = Enum.GetValues<T>();
        public static readonly string[] All = [.. Values.Select(value => Kebab(value.ToString()))];
    }
}
