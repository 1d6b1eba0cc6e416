using System.Security.Cryptography;
using System.Text;
using AkkaLstm.Fuzzing;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Tests.Support;
using Xunit.Abstractions;

namespace AkkaLstm.Training.Tests.Checkpoints;

public class CheckpointFuzzTests(ITestOutputHelper output)
{
    private const string ChecksumKey = "\"checksum\": \"";
    private static readonly string Zeros = new('0', 64);

    [Fact]
    public void Manifests_DamagedOrRandom_AreReadOrRefused()
    {
        byte[] valid = Manifest().ToBytes();

        Fuzz("manifests", valid, bytes => CheckpointManifest.Parse(bytes, "fuzz"));

        // Behind the checksum too: whoever writes a file on purpose computes it anew.
        Fuzz("signed manifests", valid, bytes => CheckpointManifest.Parse(Sign(bytes), "fuzz"));
    }

    [Fact]
    public void ModelCards_DamagedOrRandom_AreReadOrRefused() => Fuzz(
        "model cards",
        Fixtures.Card(Fixtures.SmallPlan()).ToBytes(),
        bytes => ModelCard.Parse(Encoding.UTF8.GetString(bytes), "fuzz"));

    [Theory]
    [InlineData("../other.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("")]
    public void Parse_FileOutsideTheCheckpoint_IsRefused(string name)
    {
        CheckpointManifest manifest = Manifest();
        manifest.Files[name] = new CheckpointFile(1, Zeros);

        Assert.Throws<BadInputException>(() => CheckpointManifest.Parse(manifest.ToBytes(), "manifest.json"));
    }

    [Fact]
    public void Parse_FileWithoutHash_IsRefused()
    {
        CheckpointManifest manifest = Manifest();
        manifest.Files["carry.safetensors"] = null!;

        Assert.Throws<BadInputException>(() => CheckpointManifest.Parse(manifest.ToBytes(), "manifest.json"));
    }

    private void Fuzz(string name, byte[] valid, Func<byte[], object> read)
    {
        (int taken, int refused) = new FuzzRunner(name, 50_000, MaxAllocatedBytes: 1 << 20).Run(
            _ => [.. valid],
            bytes =>
            {
                try
                {
                    read(bytes);
                    return true;
                }
                catch (BadInputException)
                {
                    return false;
                }
            });
        output.WriteLine($"{name}: {taken} taken, {refused} refused");
        Assert.True(refused > 0);
    }

    private static CheckpointManifest Manifest() => new()
    {
        FormatVersion = CheckpointManifest.CurrentFormatVersion,
        PlanHash = Zeros,
        DataHash = Zeros,
        ParameterHash = Zeros,
        Progress = Fixtures.Progress(12),
        Reason = CheckpointReason.Interval,
        IsBest = true,
        Files = new(StringComparer.Ordinal) { ["parameters.safetensors"] = new CheckpointFile(100, Zeros) },
        Checksum = CheckpointManifest.Unsigned,
    };

    private static byte[] Sign(byte[] manifest)
    {
        string text = Encoding.UTF8.GetString(manifest);
        int start = text.IndexOf(ChecksumKey, StringComparison.Ordinal) + ChecksumKey.Length;
        if (start < ChecksumKey.Length || start + Zeros.Length > text.Length)
            return manifest;
        string unsigned = text.Replace(text.Substring(start, Zeros.Length), Zeros, StringComparison.Ordinal);
        string checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(unsigned)));
        return Encoding.UTF8.GetBytes(string.Concat(
            unsigned.AsSpan(0, start), checksum, unsigned.AsSpan(start + Zeros.Length)));
    }
}
