using System.ComponentModel;

namespace AkkaLstm.Cli.Tests.Processes;

/// <summary>
/// A test that mounts a file system of its own; skipped, and shown as that, where this user cannot. The store's own tests
/// fill the disk with a failing stream.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MountFactAttribute : FactAttribute
{
    public MountFactAttribute()
    {
        if (!IsPermitted())
            Skip = "file systems cannot be mounted here (user and mount namespaces of Linux)";
    }

    /// <summary>A shell that may mount, and that nobody else sees the mounts of.</summary>
    internal static readonly string[] Shell = ["unshare", "-rm", "sh", "-c"];

    private static bool IsPermitted()
    {
        try
        {
            using ChildProcess probe = ChildProcess.StartScript(Shell, "mount -t tmpfs -o size=100k tmpfs /mnt");
            return probe.EndAsync().GetAwaiter().GetResult().ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
