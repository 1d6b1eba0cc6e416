namespace AkkaLstm.Wire.Tests.Support;

/// <summary>A test of what only Linux has.</summary>
internal sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute()
    {
        if (!OperatingSystem.IsLinux())
            Skip = "memory is shared between processes on Linux only";
    }
}
