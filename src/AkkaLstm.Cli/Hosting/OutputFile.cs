using AkkaLstm.Numerics;

namespace AkkaLstm.Cli.Hosting;

/// <summary>Writes a result file that an option names.</summary>
internal static class OutputFile
{
    /// <summary>
    /// Writes text to a file. A regular file is replaced as a whole, so that a full disk leaves the old one as
    /// it was.
    /// </summary>
    /// <exception cref="BadInputException">There is no such place or nothing may be written there.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void WriteText(string option, string path, string text)
    {
        try
        {
            bool isReplaced = IsReplaceable(new FileInfo(path));
            string written = isReplaced ? $"{path}.{Environment.ProcessId}.tmp" : path;
            try
            {
                File.WriteAllText(written, text);
                if (isReplaced)
                    File.Move(written, path, overwrite: true);
            }
            catch
            {
                if (isReplaced)
                    File.Delete(written);
                throw;
            }
        }
        catch (Exception e) when (
            e is DirectoryNotFoundException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new BadInputException(
                $"{option} {path}: cannot be written there ({Reason(e)}); name a file in a folder you may write to",
                e);
        }
        catch (IOException e) when (Directory.Exists(path))
        {
            throw new BadInputException($"{option} {path}: is a folder; name a file", e);
        }
        catch (IOException e)
        {
            throw new IOException(
                $"{path}: cannot be written ({Reason(e)}); free space on the disk or write elsewhere with {option}",
                e);
        }
    }

    /// <summary>
    /// Whether a path may be replaced by renaming: devices, pipes (they have no length) and links must be
    /// written into instead, and an empty file holds nothing to protect.
    /// </summary>
    private static bool IsReplaceable(FileInfo file) =>
        !file.Exists || (file.Length > 0 && file.LinkTarget is null);

    private static string Reason(Exception e) => e switch
    {
        DirectoryNotFoundException => "no such folder",
        UnauthorizedAccessException => "no permission",
        _ => e.Message.TrimEnd('.'),
    };
}
