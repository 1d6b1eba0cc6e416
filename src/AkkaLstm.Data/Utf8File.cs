using System.Buffers;
using System.Text;
using System.Text.Unicode;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data;

/// <summary>Reads whole files and says in one line what is wrong with them.</summary>
internal static class Utf8File
{
    /// <summary>Bound on a file's size: its text must fit into one string.</summary>
    internal const long LargestBytes = 1_000_000_000;

    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>Reads a file that must be valid UTF-8 and not blank; a byte order mark is skipped.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">Option that named it, for the message.</param>
    /// <param name="bytes">All bytes, for hashing.</param>
    /// <exception cref="BadInputException">Missing, unreadable, empty, too large, or not UTF-8.</exception>
    internal static string Read(string path, string option, out byte[] bytes)
    {
        bytes = ReadBytes(path, option);
        ReadOnlySpan<byte> content = bytes;
        if (content.StartsWith(ByteOrderMark))
            content = content[ByteOrderMark.Length..];
        if (!Utf8.IsValid(content))
            throw NotUtf8(path, content, bytes.Length - content.Length);
        string text = Encoding.UTF8.GetString(content);
        if (string.IsNullOrWhiteSpace(text))
            throw new BadInputException($"{path}: the file is empty; give {option} a file with data.");
        return text;
    }

    private static byte[] ReadBytes(string path, string option)
    {
        if (Directory.Exists(path))
            throw new BadInputException($"{path}: is a directory; give {option} a file.");
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > LargestBytes)
            {
                throw new BadInputException(
                    $"{path}: is larger than 1 GB, the most that is read into memory; split the file.");
            }

            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInputException($"{path}: there is no such file; check the path given with {option}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BadInputException(
                $"{path}: cannot be read ({e.Message.ReplaceLineEndings(" ")}); "
                + $"check the path given with {option}.", e);
        }
    }

    private static BadInputException NotUtf8(string path, ReadOnlySpan<byte> content, int skippedBytes)
    {
        int offset = 0;
        int line = 1;
        while (Rune.DecodeFromUtf8(content[offset..], out Rune rune, out int length) == OperationStatus.Done)
        {
            if (rune.Value == '\n')
                line++;
            offset += length;
        }

        return new BadInputException(
            $"{path}:{line}: byte 0x{content[offset]:x2} at offset {offset + skippedBytes} is not valid UTF-8; "
            + "convert the file (for instance: iconv -f latin1 -t utf-8).");
    }
}
