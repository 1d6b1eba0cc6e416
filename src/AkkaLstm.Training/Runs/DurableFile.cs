namespace AkkaLstm.Training.Runs;

/// <summary>
/// Writes of which either all or nothing is there after a crash: the content goes to a temporary file beside
/// the target, is flushed to disk, and is renamed over it.
/// </summary>
/// <remarks>
/// Managed code cannot open a directory, so the rename itself cannot be flushed by name. Journaling file
/// systems (ext4, xfs, btrfs, NTFS) order it before later flushed writes; at worst the newest rename is lost in
/// a power failure and the older state, which is whole too, is found.
/// </remarks>
internal static class DurableFile
{
    /// <summary>Suffix of files that were not finished.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>Writes a file anew, over an existing one.</summary>
    /// <exception cref="StorageException">It cannot be written; what was there is still there.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + TemporarySuffix;
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (StorageException.IsCause(e))
        {
            throw StorageException.Writing(path, e);
        }
    }
}
