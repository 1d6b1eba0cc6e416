namespace AkkaLstm.Training.Remote;

/// <summary>A file of the coordinator, named by its content.</summary>
/// <param name="Sha256">SHA-256 of the content, lower-case hex.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Extension">What its name ends with, 1 to 8 of a-z and 0-9; readers go by it.</param>
public sealed record OfferedFile(string Sha256, long Bytes, string Extension)
{
    /// <summary>Most characters of an extension.</summary>
    private const int MaxExtension = 8;

    private const int Sha256Length = 64;

    private const string OtherExtension = "dat";

    /// <summary>The name under which it is fetched and kept.</summary>
    internal string FileName => $"{Sha256}.{Extension}";

    internal bool IsSound => IsSha256(Sha256) && Bytes >= 0 && IsExtension(Extension);

    internal static bool IsSha256(string text) =>
        text.Length == Sha256Length && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');

    /// <summary>The extension of a path, or a neutral one where it is out of the ordinary.</summary>
    internal static string ExtensionOf(string path)
    {
        string extension = Path.GetExtension(path).TrimStart('.').ToLowerInvariant();
        return IsExtension(extension) ? extension : OtherExtension;
    }

    private static bool IsExtension(string text) =>
        text.Length is >= 1 and <= MaxExtension && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));
}
