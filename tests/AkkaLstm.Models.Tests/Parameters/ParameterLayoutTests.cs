using System.Security.Cryptography;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Tests.Support;

namespace AkkaLstm.Models.Tests.Parameters;

public class ParameterLayoutTests
{
    [Fact]
    public void For_TokenModel_HasPyTorchNamesAndShapesInOrder()
    {
        var layout = ParameterLayout.For(TestModels.Tokens(vocabulary: 11, embedding: 5, hidden: 6, layers: 2));
        string[] described = [.. layout.Tensors.Select(tensor => $"{tensor.Name} ({string.Join(",", tensor.Shape)})")];
        Assert.Equal(
            [
                "embedding.weight (11,5)",
                "lstm.weight_ih_l0 (24,5)", "lstm.weight_hh_l0 (24,6)", "lstm.bias_ih_l0 (24)", "lstm.bias_hh_l0 (24)",
                "lstm.weight_ih_l1 (24,6)", "lstm.weight_hh_l1 (24,6)", "lstm.bias_ih_l1 (24)", "lstm.bias_hh_l1 (24)",
                "head.weight (11,6)", "head.bias (11)",
            ],
            described);
        Assert.Equal(55, layout.DenseStart);
        Assert.Equal(11, layout.SparseRowCount);
        Assert.Equal([true], layout.Tensors.Where(tensor => tensor.IsSparse).Select(tensor => tensor.Offset == 0));
    }

    [Theory]
    [InlineData(11, 5, 6, 2)]
    [InlineData(1000, 200, 200, 2)]
    [InlineData(50, 20_000, 8, 1)]
    public void Blocks_AnySize_CoverTheBufferAndCrossNoTensor(int vocabulary, int embedding, int hidden, int layers)
    {
        var layout = ParameterLayout.For(TestModels.Tokens(vocabulary, embedding, hidden, layers));
        int next = 0;
        foreach (ParameterBlock block in layout.Blocks)
        {
            Assert.Equal(next, block.Start);
            Assert.True(block.Length > 0);
            next += block.Length;
            TensorInfo tensor = layout.TensorAt(block.Start);
            Assert.InRange(next, block.Start + 1, tensor.End);
            if (tensor.IsSparse)
                Assert.Equal(0, block.Length % embedding);
            Assert.True(block.Length <= Math.Max(ParameterLayout.BlockLength, tensor.IsSparse ? embedding : 0));
        }

        Assert.Equal(layout.TotalLength, next);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Split_AnyServerCount_CoversTheBlocksInOrderAndBalances(int serverCount)
    {
        var layout = ParameterLayout.For(TestModels.Tokens(1000, 200, 200, 2));
        IReadOnlyList<ParameterSlice> slices = layout.Split(serverCount);
        Assert.Equal(serverCount, slices.Count);
        (int start, int block) = (0, 0);
        for (int k = 0; k < serverCount; k++)
        {
            ParameterSlice slice = slices[k];
            Assert.Equal((k, start, block), (slice.Index, slice.Start, slice.FirstBlock));
            Assert.Equal(slice.Length, layout.Blocks.Skip(slice.FirstBlock).Take(slice.BlockCount).Sum(b => b.Length));
            (start, block) = (slice.End, block + slice.BlockCount);
            Assert.True(Math.Abs(slice.Length - (layout.TotalLength / serverCount)) <= ParameterLayout.BlockLength);
        }

        Assert.Equal((layout.TotalLength, layout.Blocks.Count), (start, block));
    }

    [Fact]
    public void Hash_SameValues_IsSha256OfLittleEndianFloats()
    {
        var layout = ParameterLayout.For(TestModels.Values());
        float[] parameters = TestModels.RandomFloats(layout.TotalLength, seed: 1);
        byte[] bytes = [.. parameters.SelectMany(BitConverter.GetBytes)];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), layout.Hash(parameters));
    }

    [Fact]
    public void Hash_OneBitChanged_Differs()
    {
        var layout = ParameterLayout.For(TestModels.Values());
        float[] parameters = TestModels.RandomFloats(layout.TotalLength, seed: 1);
        string before = layout.Hash(parameters);
        parameters[^1] = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(parameters[^1]) ^ 1);
        Assert.NotEqual(before, layout.Hash(parameters));
    }

    [Fact]
    public void For_TooManyParameters_SaysWhatToMakeSmaller()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(
            () => ParameterLayout.For(TestModels.Tokens(vocabulary: 2_000_000, embedding: 2_000)));
        Assert.Contains("smaller", e.Message, StringComparison.Ordinal);
    }
}
