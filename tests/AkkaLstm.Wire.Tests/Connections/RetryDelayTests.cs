using AkkaLstm.Wire.Connections;

namespace AkkaLstm.Wire.Tests.Connections;

public class RetryDelayTests
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    [Fact]
    public void Next_AttemptAfterAttempt_DoublesUpToTheLongestAndIsHalfRandom()
    {
        for (int repetition = 0; repetition < 200; repetition++)
        {
            var delay = new RetryDelay(First, Longest);
            foreach (double most in new double[] { 50, 100, 200, 400, 800, 1600, 2000, 2000, 2000 })
                Assert.InRange(delay.Next().TotalMilliseconds, most / 2, most);
        }
    }

    [Fact]
    public void Next_ManyNodes_DoNotComeAllAtOnce() =>
        Assert.True(Enumerable.Range(0, 50).Select(_ => new RetryDelay(First, Longest).Next()).Distinct().Count() > 25);

    [Fact]
    public void Reset_AfterFailures_BeginsAnew()
    {
        var delay = new RetryDelay(First, Longest);
        for (int i = 0; i < 10; i++)
            delay.Next();

        delay.Reset();

        Assert.InRange(delay.Next().TotalMilliseconds, 25, 50);
    }
}
