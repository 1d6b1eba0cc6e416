namespace AkkaLstm.Benchmarks;

/// <summary>Inputs of benchmarks.</summary>
internal static class Values
{
    private const int Seed = 1;

    /// <summary>Values between 0 and 1, the same in every run.</summary>
    public static float[] Uniform(int count)
    {
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
    }
}
