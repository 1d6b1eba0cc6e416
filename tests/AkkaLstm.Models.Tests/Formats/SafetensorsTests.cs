using System.Buffers.Binary;
using System.Text;
using AkkaLstm.Models.Formats;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics;

namespace AkkaLstm.Models.Tests.Formats;

public class SafetensorsTests
{
    private const string Place = "model.safetensors";

    [Fact]
    public void Write_ThenRead_GivesTheSameBitsAndMetadata()
    {
        float[] values = [1f, -0f, float.NaN, float.PositiveInfinity, float.Epsilon, 3.25f];
        byte[] bytes = Write([new("a", [2, 3], values), new("empty", [0, 4], Array.Empty<float>()), new("scalar", [], new[] { 7f })]);
        using SafetensorsFile file = Read(bytes);
        Assert.Equal("wörld \"x\"", file.Metadata["hello"]);
        float[] read = new float[6];
        file.ReadValues("a", read);
        Assert.Equal(values.Select(BitConverter.SingleToInt32Bits), read.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal([2, 3], file.Find("a")!.Shape);
        float[] scalar = new float[1];
        file.ReadValues("scalar", scalar);
        Assert.Equal(7f, scalar[0]);
        Assert.Equal(0, file.Find("empty")!.Length);
        Assert.Null(file.Find("b"));
    }

    [Fact]
    public void Write_AnyHeader_StartsTheDataAligned()
    {
        byte[] bytes = Write([new("abc", [1], new[] { 1f })]);
        Assert.Equal(0UL, (BinaryPrimitives.ReadUInt64LittleEndian(bytes) + 8) % 64);
    }

    [Fact]
    public void Write_ShapeThatDoesNotFit_Throws() =>
        Assert.Throws<ArgumentException>(() => Write([new("a", [2, 2], new float[3])]));

    [Fact]
    public void Write_NameTwice_Throws() =>
        Assert.Throws<ArgumentException>(() => Write([new("a", [1], new float[1]), new("a", [1], new float[1])]));

    [Fact]
    public void Read_EveryTruncation_NamesTheFileAndTheRemedy()
    {
        byte[] bytes = Write([new("a", [3], new float[3]), new("b", [2], new float[2])]);
        for (int length = 0; length < bytes.Length; length++)
        {
            BadInputException e = Assert.Throws<BadInputException>(() => Read(bytes[..length]));
            Assert.StartsWith(Place + ": ", e.Message, StringComparison.Ordinal);
            Assert.EndsWith("save it again.", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
        }
    }

    [Fact]
    public void Read_AnyFlippedHeaderBit_IsRefusedOrStaysInBounds()
    {
        byte[] good = Write([new("a", [3], new float[3]), new("b", [2], new float[2])]);
        int headerEnd = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(good);
        int refused = 0;
        for (int bit = 0; bit < headerEnd * 8; bit++)
        {
            byte[] bytes = [.. good];
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                using SafetensorsFile file = Read(bytes);
                foreach (SafetensorsTensor tensor in file.Tensors)
                    file.ReadValues(tensor.Name, new float[tensor.Length]);
            }
            catch (BadInputException e)
            {
                Assert.StartsWith(Place, e.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.True(refused > headerEnd * 4, $"only {refused} of {headerEnd * 8} flips were refused");
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"a":{"dtype":"F32","shape":[65536,65536],"data_offsets":[0,0]}}""", 0)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 0)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"a":[]}""", 0)]
    [InlineData("""[]""", 0)]
    [InlineData("""{"__metadata__":{"x":1}}""", 0)]
    [InlineData("""{"a":{"dtype":"F32","shape":[[[[[[[[[[1]]]]]]]]]],"data_offsets":[0,4]}}""", 4)]
    public void Read_HeaderThatLies_Throws(string header, int dataLength) =>
        Assert.Throws<BadInputException>(() => Read(WithHeader(header, new byte[dataLength])));

    [Theory]
    [InlineData("F16", new byte[] { 0x00, 0x3E })]
    [InlineData("BF16", new byte[] { 0xC0, 0x3F })]
    [InlineData("F32", new byte[] { 0, 0, 0xC0, 0x3F })]
    [InlineData("F64", new byte[] { 0, 0, 0, 0, 0, 0, 0xF8, 0x3F })]
    public void ReadValues_OtherFloatTypes_AreConverted(string type, byte[] data)
    {
        using SafetensorsFile file = Read(WithHeader(
            $$$"""{"a":{"dtype":"{{{type}}}","shape":[1],"data_offsets":[0,{{{data.Length}}}]}}""", data));
        float[] value = new float[1];
        file.ReadValues("a", value);
        Assert.Equal(1.5f, value[0]);
    }

    [Fact]
    public void Open_NoSuchFile_IsBadInput()
    {
        BadInputException e = Assert.Throws<BadInputException>(() => SafetensorsFile.Open("/nowhere/model.safetensors"));
        Assert.StartsWith("/nowhere/model.safetensors: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("model.")]
    [InlineData("module.net.")]
    public void ReadParameters_NamesWithAPrefix_FillsTheBuffer(string prefix)
    {
        var layout = ParameterLayout.For(TestModels.Tokens());
        float[] parameters = TestModels.RandomFloats(layout.TotalLength, seed: 5);
        IEnumerable<SafetensorsEntry> entries = ParameterFile.Entries(layout, parameters)
            .Select(entry => entry with { Name = prefix + entry.Name })
            .Reverse()
            .Append(new SafetensorsEntry("something.else", [1], new float[1]));
        using SafetensorsFile file = Read(Write([.. entries]));
        float[] read = new float[layout.TotalLength];
        ParameterFile.Read(file, layout, read);
        Assert.Equal(parameters, read);
    }

    [Fact]
    public void ReadParameters_OtherSizes_NamesTheTensorAndBothShapes()
    {
        var layout = ParameterLayout.For(TestModels.Values(hidden: 4));
        using SafetensorsFile file = Read(Write([.. ParameterFile.Entries(layout, new float[layout.TotalLength])]));
        var other = ParameterLayout.For(TestModels.Values(hidden: 5));
        BadInputException e = Assert.Throws<BadInputException>(() => ParameterFile.Read(file, other, new float[other.TotalLength]));
        Assert.Contains("\"lstm.weight_ih_l0\" has the shape (16, 3) where the model has (20, 3)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadParameters_MissingLayer_NamesTheTensor()
    {
        var layout = ParameterLayout.For(TestModels.Values(layers: 1));
        using SafetensorsFile file = Read(Write([.. ParameterFile.Entries(layout, new float[layout.TotalLength])]));
        var other = ParameterLayout.For(TestModels.Values(layers: 2));
        BadInputException e = Assert.Throws<BadInputException>(() => ParameterFile.Read(file, other, new float[other.TotalLength]));
        Assert.Contains("\"lstm.weight_ih_l1\"", e.Message, StringComparison.Ordinal);
    }

    private static byte[] Write(IReadOnlyList<SafetensorsEntry> entries)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, entries, new Dictionary<string, string>(StringComparer.Ordinal) { ["hello"] = "wörld \"x\"" });
        return stream.ToArray();
    }

    private static SafetensorsFile Read(byte[] bytes) => SafetensorsFile.Read(new MemoryStream(bytes), Place);

    private static byte[] WithHeader(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)json.Length);
        return [.. prefix, .. json, .. data];
    }
}
