namespace AkkaLstm.Models.Tests.Parity;

/// <summary>A test beside a living PyTorch; skipped, and shown as that, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TorchTheoryAttribute : TheoryAttribute
{
    public TorchTheoryAttribute()
    {
        if (TorchParityTests.TorchPython.Value is null)
            Skip = "no python3 with torch on this machine (Debian: apt install python3-torch)";
    }
}
