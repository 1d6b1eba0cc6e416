using AkkaLstm.Engines.Sockets.Links;

namespace AkkaLstm.Engines.Sockets.Tests.Links;

public class RetryDelayTests
{
    private static readonly LinkOptions Options = new()
    {
        FirstRetryDelay = TimeSpan.FromMilliseconds(50), LongestRetryDelay = TimeSpan.FromSeconds(2),
    };

    [Fact]
    public void Next_AttemptAfterAttempt_DoublesUpToTheLongestAndIsHalfRandom()
    {
        for (int repetition = 0; repetition < 200; repetition++)
        {
            var delay = new RetryDelay(Options);
            foreach (double most in new double[] { 50, 100, 200, 400, 800, 1600, 2000, 2000, 2000 })
                Assert.InRange(delay.Next().TotalMilliseconds, most / 2, most);
        }
    }

    [Fact]
    public void Next_ManyNodes_DoNotComeAllAtOnce() =>
        Assert.True(Enumerable.Range(0, 50).Select(_ => new RetryDelay(Options).Next()).Distinct().Count() > 25);

    [Fact]
    public void Reset_AfterFailures_BeginsAnew()
    {
        var delay = new RetryDelay(Options);
        for (int i = 0; i < 10; i++)
            delay.Next();

        delay.Reset();

        Assert.InRange(delay.Next().TotalMilliseconds, 25, 50);
    }
}
