namespace AkkaLstm.Training.Runs;

/// <summary>
/// The disk failed a run (full, read-only, gone). The message is one line that names the path and the remedy;
/// the command line ends with exit code 1. What was already written stays valid.
/// </summary>
public sealed class StorageException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">One line: path, what failed, what helps.</param>
    /// <param name="innerException">What the file system said.</param>
    public StorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether an exception is one that disks and permissions cause.</summary>
    internal static bool IsCause(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>
    /// Whether the place is the matter and not the disk: no permission, no such folder, a file where a folder
    /// should be, a file system that is mounted read-only. Another path is the remedy.
    /// </summary>
    internal static bool IsForbidden(Exception e)
    {
        const int readOnlyFileSystem = 30; // EROFS
        return e is UnauthorizedAccessException or DirectoryNotFoundException or FileNotFoundException
            || (e is IOException && e.HResult == readOnlyFileSystem);
    }

    /// <summary>The exception for a failed write.</summary>
    /// <param name="path">Where it failed.</param>
    /// <param name="cause">What the file system said.</param>
    internal static StorageException Writing(string path, Exception cause) =>
        new(
            $"{path}: cannot be written ({cause.Message}); free space or choose a writable directory with --out",
            cause);
}
