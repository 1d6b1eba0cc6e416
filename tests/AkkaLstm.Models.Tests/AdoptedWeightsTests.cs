using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Models.Tests;

/// <summary>Weights that use what others have packed compute the same bits as those that packed it.</summary>
public sealed class AdoptedWeightsTests
{
    private static readonly StepKey Key = new(Seed: 77, Step: 12);

    public static TheoryData<string> ModelNames => SequenceModelTests.ModelNames;

    [Theory]
    [MemberData(nameof(ModelNames))]
    public void Adopt_WhatOthersPacked_SameBits(string name)
    {
        ModelSpec spec = TestModels.Named(name);
        float[] parameters = TestModels.RandomParameters(spec, seed: 21);
        var packer = new ModelStep(spec, maxTimeSteps: 7, maxLanes: 6);
        var adopter = new ModelStep(spec, maxTimeSteps: 7, maxLanes: 6);
        packer.Weights.Load(parameters, Key);

        bool isAdopted = adopter.Weights.Adopt(parameters, packer.Weights.Packed);

        // What is dropped of the recurrent weights, and what clockwork lacks of them, lies beside the packed form.
        bool hasMask = spec.WeightDrop > 0 || spec.Cell == CellKind.Clockwork;
        Assert.Equal(!hasMask, isAdopted);
        Assert.Equal(hasMask, packer.Weights.Packed.IsEmpty);
        if (isAdopted) AssertSameStep(spec, packer, adopter);
    }

    [Fact]
    public void Load_AfterAdopting_LeavesWhatWasAdoptedAlone()
    {
        ModelSpec spec = TestModels.Named("values-mse-2");
        float[] parameters = TestModels.RandomParameters(spec, seed: 21);
        var packer = new ModelStep(spec, maxTimeSteps: 7, maxLanes: 6);
        var adopter = new ModelStep(spec, maxTimeSteps: 7, maxLanes: 6);
        packer.Weights.Load(parameters, Key);
        float[] packed = packer.Weights.Packed.ToArray();
        adopter.Weights.Adopt(parameters, packer.Weights.Packed);

        adopter.Weights.Load(TestModels.RandomParameters(spec, seed: 5), Key);
        Assert.Equal(packed, packer.Weights.Packed.ToArray());

        adopter.Weights.Load(parameters, Key);
        AssertSameStep(spec, packer, adopter);
    }

    [Fact]
    public void Adopt_MemoryThatDoesNotFit_IsRefused()
    {
        ModelSpec spec = TestModels.Named("values-mse-2");
        float[] parameters = TestModels.RandomParameters(spec, seed: 21);
        var packer = new ModelWeights(spec);
        packer.Load(parameters);
        ReadOnlyMemory<float> packed = packer.Packed;
        Memory<float> longer = new AlignedBuffer(packed.Length + 16).Memory;

        var adopter = new ModelWeights(spec);

        Assert.False(adopter.Adopt(parameters, packed[1..]));
        Assert.False(adopter.Adopt(parameters, longer));
        Assert.False(adopter.Adopt(parameters, longer.Slice(1, packed.Length)));
        Assert.False(adopter.Adopt(parameters, default));
        Assert.Throws<ArgumentException>(() => adopter.Adopt(new float[3], packed));
    }

    private static void AssertSameStep(ModelSpec spec, ModelStep packer, ModelStep adopter)
    {
        SequenceBatch batch = TestModels.RandomBatch(spec, 7, 6, seed: 3);
        float[] carry = TestModels.RandomFloats(6 * spec.CarryLength, seed: 8);
        packer.ForwardBackward(batch, 2, Key, carry);
        adopter.ForwardBackward(batch, 2, Key, carry);

        Assert.Equal(Bits(packer.CarryOut), Bits(adopter.CarryOut));
        Assert.Equal(Bits(ModelStep.Flatten(packer.Gradient)), Bits(ModelStep.Flatten(adopter.Gradient)));
        Assert.Equal(packer.Losses, adopter.Losses);
    }

    private static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
}
