using Xunit.Abstractions;

namespace AkkaLstm.PlantedFaults.Tests;

/// <summary>
/// The simulator is worth something only if it notices mistakes: each of these, planted in the roles, must make one
/// of the first seeds fail.
/// </summary>
public sealed class PlantedFaultTests(ITestOutputHelper output)
{
    /// <summary>Within so many heavy seeds each planted fault is noticed.</summary>
    private const int SeedCount = 2000;

    /// <summary>Seeds that pass when nothing is broken, or another safeguard holds.</summary>
    private const int CleanSeedCount = 50;

    public static TheoryData<PlantedFault> Noticed() => [.. FaultCatalogue.Noticed];

    public static TheoryData<PlantedFault> Repaired() => [.. FaultCatalogue.Repaired];

    [Theory]
    [MemberData(nameof(Noticed))]
    public void FirstFailure_FaultIsPlanted_IsNoticed(PlantedFault fault)
    {
        Assert.Equal(1, ProtocolSource.CountOriginal(fault));

        (long Seed, string Message)? failure = FaultyWorld.FirstFailure(ProtocolSource.Compile(fault), SeedCount);

        Assert.True(failure is not null, $"{fault}: {SeedCount} seeds have passed");
        output.WriteLine($"{fault}: seed {failure.Value.Seed}: {failure.Value.Message}");
    }

    [Theory]
    [MemberData(nameof(Repaired))]
    public void FirstFailure_OneOfTwoSafeguardsIsGone_TheOtherOneHolds(PlantedFault fault)
    {
        Assert.Equal(1, ProtocolSource.CountOriginal(fault));

        Assert.Null(FaultyWorld.FirstFailure(ProtocolSource.Compile(fault), CleanSeedCount));
    }

    [Fact]
    public void FirstFailure_NothingIsPlanted_NothingIsNoticed()
    {
        Assert.Null(FaultyWorld.FirstFailure(ProtocolSource.Compile(fault: null), CleanSeedCount));
    }
}
