using System.Buffers.Binary;
using System.Text;
using AkkaLstm.Fuzzing;
using AkkaLstm.Models.Formats;
using AkkaLstm.Numerics;
using Xunit.Abstractions;

namespace AkkaLstm.Models.Tests.Formats;

public class SafetensorsFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void Files_DamagedOrRandom_AreReadOrRefused()
    {
        byte[][] valid = [Float32File(), SixteenBitFile()];

        (int taken, int refused) = new FuzzRunner("safetensors", 50_000, MaxAllocatedBytes: 512 * 1024).Run(
            random => [.. valid[random.Next(valid.Length)]],
            bytes =>
            {
                try
                {
                    using var file = SafetensorsFile.Read(new MemoryStream(bytes), "fuzz");
                    foreach (SafetensorsTensor tensor in file.Tensors)
                        file.ReadValues(tensor.Name, new float[tensor.Length]);
                    return true;
                }
                catch (BadInputException)
                {
                    return false;
                }
            });

        output.WriteLine($"safetensors: {taken} taken, {refused} refused");
        Assert.True(taken > 0 && refused > 0);
    }

    private static byte[] Float32File()
    {
        using var stream = new MemoryStream();
        Safetensors.Write(
            stream,
            [
                new SafetensorsEntry("lstm.weight", [4, 3], new float[12]),
                new SafetensorsEntry("bias", [4], new float[4]),
                new SafetensorsEntry("none", [0, 7], Array.Empty<float>()),
            ],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["plan"] = "{\"a\": [1, 2]}" });
        return stream.ToArray();
    }

    // What this program does not write, but reads.
    private static byte[] SixteenBitFile()
    {
        byte[] header = Encoding.UTF8.GetBytes(
            """{"a":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]},"b":{"dtype":"F64","shape":[],"data_offsets":[6,14]}}""");
        byte[] prefix = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        return [.. prefix, .. header, .. new byte[14]];
    }
}
