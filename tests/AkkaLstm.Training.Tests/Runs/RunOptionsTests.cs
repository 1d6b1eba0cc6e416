using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Tests.Runs;

public sealed class RunOptionsTests
{
    [Theory]
    [InlineData(null, 4, 20_000, 1)]
    [InlineData(null, 4, 20_000_000, 4)]
    [InlineData(2, 4, 20_000, 2)]
    [InlineData(1, 4, 20_000_000, 1)]
    public void ServersFor_Model_IsWhatWasSaidOrWhatPays(int? said, int workers, long parameterCount, int expected)
    {
        Assert.Equal(expected, new RunOptions { Workers = workers, Servers = said }.ServersFor(parameterCount));
    }
}
