namespace AkkaLstm.Wire;

/// <summary>Texts of peers as they may be shown and logged.</summary>
internal static class OneLine
{
    /// <summary>
    /// The text without control characters: none of them can start a line of its own in a log or speak to somebody's
    /// terminal.
    /// </summary>
    public static string Of(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter)) : text;
}
