namespace AkkaLstm.Data.Classification;

/// <summary>Reads files of sequences: JSON Lines where the first character is a brace, else CSV.</summary>
internal static class SequenceFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">Option that named it, for messages.</param>
    /// <param name="columns">What is what.</param>
    /// <param name="bytes">Its bytes, for hashing.</param>
    /// <exception cref="Numerics.BadInputException">Anything in the file that cannot be used.</exception>
    internal static SequenceTable Read(string path, string option, SequenceColumns columns, out byte[] bytes)
    {
        string text = Utf8File.Read(path, option, out bytes);
        return text.AsSpan().TrimStart() is ['{', ..]
            ? SequenceJsonReader.Parse(path, text, columns)
            : SequenceCsvReader.Parse(path, text, columns);
    }
}
