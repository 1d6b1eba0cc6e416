namespace AkkaLstm.Training.Plans;

/// <summary>Finds the name a mistyped one was probably meant to be.</summary>
public static class NearestName
{
    /// <summary>
    /// The nearest of <paramref name="known"/> by edit distance; null where none is nearer than half the word.
    /// </summary>
    public static string? Of(string text, IEnumerable<string> known)
    {
        string? nearest = null;
        int best = Math.Max(2, text.Length / 2) + 1;
        foreach (string name in known)
        {
            int distance = EditDistance(text.ToLowerInvariant(), name.ToLowerInvariant());
            if (distance >= best) continue;
            best = distance;
            nearest = name;
        }

        return nearest;
    }

    /// <summary>
    /// Levenshtein's distance: the fewest insertions, deletions and replacements that turn one text into the
    /// other.
    /// </summary>
    internal static int EditDistance(string a, string b)
    {
        int[] previous = new int[b.Length + 1];
        int[] current = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) previous[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replaced, 1 + Math.Min(previous[j], current[j - 1]));
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
